import { onceFor } from "../../once-for.ts";
import { serviceHost, istioNamespace } from "../../render/names.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import { restart } from "../commands.ts";
import type { IstiodPod } from "../control-plane-facts.ts";
import type { ReachedCluster } from "../facts.ts";
import { meshClusters, reachedClusters } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import { clusterName, istiod, meshConfiguration, needsOfJoin, nodes, sync } from "../subjects.ts";

/** `synced` is no proof: what each istiod pod has of a service in a cluster is compared with what that cluster has (pains 1, 2, 3 and 17). */
export const endpointShards: Check = {
  id: "join/endpoint-shards",
  sentence: "every istiod has the endpoints that the clusters really have",
  pre: false,
  run: (facts) => {
    const shardsOf = onceFor(
      (pod: IstiodPod) => new Map(pod.shards.map((one) => [`${one.service} ${one.cluster}`, one.endpoints])),
    );
    return meshClusters(facts).flatMap((reader) =>
      reachedClusters(facts).flatMap((far) =>
        reader.istiod.pods
          .filter((pod) => pod.problem === undefined)
          .flatMap((pod) => {
            const wrong = facts.mesh.services.flatMap((service) => {
              const real =
                far.services.find((one) => one.service === `${service.namespace}/${service.name}`)?.endpoints ?? [];
              const known = shardsOf(pod).get(`${serviceHost(service)} ${far.cluster}`) ?? [];
              const missing = real.filter((one) => !known.includes(one));
              const stale = known.filter((one) => !real.includes(one) && !isEntry(far, one));
              return missing.length + stale.length === 0
                ? []
                : [
                    `of ${service.namespace}/${service.name} it has ${real.length - missing.length} of ${real.length} endpoints${stale.length === 0 ? "" : ` and ${stale.length} that are gone`}`,
                  ];
            });
            return wrong.length === 0
              ? []
              : [
                  problem("ISM439", {
                    detail: `${pod.name} of ${reader.cluster} does not know what ${far.cluster} has: ${wrong.join("; ")}.`,
                    fix: "Its credentials are accepted as far as it can be seen, and it holds on to what it knew: restart it (do not delete its pod).",
                    commands: [restart(reader, istioNamespace, "istiod")],
                    cluster: reader.cluster,
                    object: { group: "", kind: "Pod", namespace: "istio-system", name: pod.name },
                    ...between(reader, far),
                  }),
                ];
          }),
      ),
    );
  },
};

/** What it takes that `reader` knows the endpoints of `far`, which may be itself. */
function between(reader: ReachedCluster, far: ReachedCluster): Pick<Finding, "remote" | "provenBy" | "needs"> {
  return far.cluster === reader.cluster
    ? {
        provenBy: { own: ["istiod", "services", "routing"] },
        needs: [
          istiod(reader.cluster),
          meshConfiguration(reader.cluster),
          nodes(reader.cluster),
          ...nameOfIstiod(reader),
        ],
      }
    : {
        remote: far.cluster,
        provenBy: { own: ["istiod"], remote: ["services", "routing"] },
        needs: [sync(reader.cluster, far.cluster), ...needsOfJoin(reader.cluster, far.cluster), nodes(far.cluster)],
      };
}

/** WorkloadEntries and ServiceEntries add endpoints that no API server has as such. */
function isEntry({ routing }: ReachedCluster, endpoint: string): boolean {
  const address = endpoint.slice(0, endpoint.lastIndexOf(":")).replaceAll(/[[\]]/g, "");
  return (routing.beside?.entries ?? []).some(({ addresses }) => addresses.includes(address));
}

/** An istiod that takes its cluster for another one files its own cluster's endpoints under that name; a gateway that does changes nothing here. */
function nameOfIstiod({ cluster, istiod: { clusterId } }: ReachedCluster): readonly Subject[] {
  return clusterId === undefined || clusterId === cluster ? [] : [clusterName(cluster)];
}
