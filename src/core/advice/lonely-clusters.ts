import { warningOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Mesh } from "../model/mesh.ts";
import { announcesAddresses } from "../routing/east-west-place.ts";
import type { Locate } from "./route-order.ts";

/** What is said of a cluster for others that are not there: a network that nobody shares (ISM772), a gateway that nobody reads (ISM773). */
export function adviseLonelyClusters(mesh: Mesh, locate?: Locate): readonly Diagnostic[] {
  return [...adviseSharedNetworks(mesh, locate), ...adviseUnreadGateway(mesh, locate)];
}

function adviseSharedNetworks({ clusters, sharedNetworks }: Mesh, locate: Locate | undefined): readonly Diagnostic[] {
  return sharedNetworks.flatMap((network, index) => {
    const [only, ...others] = clusters.filter((one) => one.network === network);
    return only === undefined || others.length > 0
      ? []
      : [
          {
            ...warningOf("ISM772"),
            detail: `${only.name} is the only cluster of network ${network}, so that declaring it as shared has no effect${clusters.length === 1 ? "" : ": requests of the other clusters go by its east-west gateway"}.`,
            fix: `Give the clusters whose pods are reached from ${only.name} the same network, or delete the entry; leave it so if another cluster is to come.`,
            ...(locate === undefined ? {} : { range: locate(["spec", "sharedNetworks", index]) }),
          },
        ];
  });
}

/** In a mesh of several clusters the same is refused (ISM675), or somebody reads it. */
function adviseUnreadGateway({ clusters }: Mesh, locate: Locate | undefined): readonly Diagnostic[] {
  const [only, ...others] = clusters;
  return only === undefined || !announcesAddresses(only) || others.length > 0
    ? []
    : [
        {
          ...warningOf("ISM773"),
          detail: `${only.name} is the only cluster, so that nobody reads where eastWest says that its gateway is reached.`,
          fix: "Delete eastWest, or leave it so if another cluster is to come.",
          ...(locate === undefined ? {} : { range: locate(["spec", "clusters", 0, "eastWest"]) }),
        },
      ];
}
