import type { CallerFacts, CallerWay } from "../checks/caller-facts.ts";
import type { MeshFacts, ReachedCluster } from "../checks/facts.ts";
import type { ObjectId } from "../model/kube-object.ts";
import type { Service } from "../model/mesh.ts";

/** What happens to requests of a caller that the mesh file does not ask for. */
export interface CallerEffect {
  readonly severity: "error" | "warning";
  /** What decides it: the route, or the way from Envoy's cluster to the pods. */
  readonly part: "route" | "pods";
  /** As the end of "requests to shop/web:80 …". */
  readonly what: string;
  /** The object that brings it about, where the proxy or the lists name one of somebody else's. */
  readonly by?: ObjectId;
  /** Objects of the mesh's own that it goes by. */
  readonly own: readonly ObjectId[];
}

/** A caller, one of its ways, and the service at its end. */
export interface Call {
  readonly facts: MeshFacts;
  readonly one: ReachedCluster;
  readonly caller: CallerFacts;
  readonly way: CallerWay;
  readonly service: Service;
}
