import type { MeshFacts } from "./facts.ts";
import type { Subject } from "./subjects.ts";
import { mutualTls, requestsTo, serviceIn, sidecarsOf } from "./subjects.ts";

/** What requests from a cluster to the mesh's services in another rest upon at their other end. */
export function requestsBetween({ services }: MeshFacts["mesh"], cluster: string, remote: string): readonly Subject[] {
  return services.flatMap(({ namespace, name }) => {
    const key = `${namespace}/${name}`;
    return [requestsTo(remote, key), serviceIn(remote, key), sidecarsOf(remote, key), mutualTls(cluster, remote, key)];
  });
}
