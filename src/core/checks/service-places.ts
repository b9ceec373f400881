import type { Service } from "../model/mesh.ts";
import { serviceIn } from "../policies/service-pods.ts";
import type { MeshFacts, ReachedCluster, ServiceFacts } from "./facts.ts";
import type { ServicePort } from "./pod-facts.ts";
import { meshClusters } from "./reached.ts";

/** A service of the mesh as one cluster has it. */
export interface ServicePlace {
  readonly one: ReachedCluster;
  readonly here: ServiceFacts;
  /** The TCP port that the mesh file names. */
  readonly port: ServicePort;
}

/** Where a service is, with the port of the mesh file: one for each cluster whose Service has that. */
export function servicePlaces(facts: MeshFacts, service: Service): readonly ServicePlace[] {
  return meshClusters(facts).flatMap((one) => {
    const here = serviceIn(one, service);
    const port = here?.servicePorts.find((other) => other.port === service.port && other.protocol === "TCP");
    return here === undefined || port === undefined ? [] : [{ one, here, port }];
  });
}
