import type { MeshFault } from "./faults/fault.ts";
import { faultsOfClusters } from "./faults/of-clusters.ts";
import { faultsOfCallers } from "./faults/of-callers.ts";
import { faultsOfConnections } from "./faults/of-connections.ts";
import { faultsOfHands } from "./faults/of-hands.ts";
import { faultsOfJoins } from "./faults/of-joins.ts";
import { faultsOfKubernetes } from "./faults/of-kubernetes.ts";
import { faultsOfPods } from "./faults/of-pods.ts";
import { faultsOfPorts } from "./faults/of-ports.ts";
import { faultsOfServices } from "./faults/of-services.ts";

/** What is broken one at a time and in pairs; `src/cli/views/human/testdata/causes` has the report of each. */
export const meshFaults: readonly MeshFault[] = [
  ...faultsOfClusters,
  ...faultsOfJoins,
  ...faultsOfServices,
  ...faultsOfPorts,
  ...faultsOfPods,
  ...faultsOfHands,
  ...faultsOfCallers,
  ...faultsOfConnections,
  ...faultsOfKubernetes,
];
