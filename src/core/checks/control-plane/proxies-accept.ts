import { istioNamespace } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import type { ReachedCluster } from "../facts.ts";
import { meshClusters } from "../reached.ts";
import { objectOf, proxyOf } from "../subjects.ts";
import { connectedProxies } from "../connected-proxies.ts";
import { kubectl } from "../commands.ts";

/** How many of the objects that were written last are named: the one at fault is mostly the first. */
const named = 3;

/**
 * A proxy that refuses one route refuses its whole configuration of that kind,
 * and keeps the last one that it took: every later change of a route is stored,
 * sent, and without effect there (https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#ack-nack-and-resource-type-instance-version).
 */
export const proxiesAccept: Check = {
  id: "control-plane/proxies-accept",
  sentence: "proxies take the configuration that istiod sends them",
  pre: false,
  unseen: (facts) => meshClusters(facts).flatMap(silentIstiods),
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      groupRefusals(one).map(({ kind, words, proxies }) => {
        const names = proxies.map(({ namespace, name }) => `${namespace}/${name}`);
        const [first] = proxies;
        return problem("ISM466", {
          detail: `${names.join(", ")} of ${one.cluster} ${proxies.length === 1 ? "refuses the" : "refuse the"} ${kind} that istiod sends, so that no change of ${kind} has an effect there any more, whatever the API server says${words === "" ? "" : `: ${words}`}.${writtenLast(one)}`,
          fix: `Whoever wrote the object that the proxy cannot take has to correct or delete it; the proxy takes all later changes at once then. Which one it is shows by its time: ${kubectl(one)} get virtualservices,destinationrules,gateways.networking.istio.io,envoyfilters,requestauthentications -A --sort-by=.metadata.creationTimestamp`,
          cluster: one.cluster,
          ...(first === undefined
            ? {}
            : { object: { group: "", kind: "Pod", namespace: first.namespace, name: first.name } }),
          breaks: proxies.map((proxy) => proxyOf(one.cluster, proxy)),
          // Of Envoy's words none names the Secret; certificates of the routes are what a gateway is sent.
          ...(kind === "certificates"
            ? {
                needs: one.tlsSecrets.map(({ name }) =>
                  objectOf(one.cluster, { group: "", kind: "Secret", namespace: istioNamespace, name }),
                ),
              }
            : {}),
        });
      }),
    ),
};

/** istiods of a cluster that do not say which proxies they have. */
export function silentIstiods(one: ReachedCluster): readonly string[] {
  return one.istiod.pods
    .filter((pod) => pod.problem !== undefined)
    .map((pod) => `${pod.name} of ${one.cluster} does not answer: ${pod.problem}`);
}

interface PodName {
  readonly namespace: string;
  readonly name: string;
}

/** One invalid object makes all proxies that get it refuse alike: that is one thing that is wrong. */
function groupRefusals(
  one: ReachedCluster,
): readonly { readonly kind: string; readonly words: string; readonly proxies: readonly PodName[] }[] {
  const groups = new Map<string, { kind: string; words: string; proxies: PodName[] }>();
  for (const { namespace, name, refused } of connectedProxies(one)) {
    for (const { kind, words } of refused) {
      const key = `${kind} ${words}`;
      const group = groups.get(key) ?? { kind, words, proxies: [] };
      group.proxies.push({ namespace, name });
      groups.set(key, group);
    }
  }
  return [...groups.values()];
}

function writtenLast(one: ReachedCluster): string {
  const last = one.routing.writtenLast.slice(0, named);
  return last.length === 0
    ? ""
    : ` Written last in ${one.cluster}: ${last.map(({ kind, namespace, name, at, by }) => `${kind} ${namespace}/${name} (${at}, by ${by})`).join(", ")}.`;
}
