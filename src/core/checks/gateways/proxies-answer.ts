import type { Check } from "../check.ts";
import { problem, warning } from "../check.ts";
import { kubectl, restart } from "../commands.ts";
import { connectedProxies } from "../connected-proxies.ts";
import { silentIstiods } from "../control-plane/proxies-accept.ts";
import type { GatewayPod } from "../control-plane-facts.ts";
import type { ReachedCluster } from "../facts.ts";
import { gatewayOf, meshClusters, placesOfGateway } from "../reached.ts";
import { gatewayPods, istiod, nodes, proxyOf, wayToIstiod } from "../subjects.ts";

/** What a proxy holds is known from itself only. */
export const proxiesAnswer: Check = {
  id: "gateways/proxies-answer",
  sentence: "gateways' proxies say what they hold",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      one.gateways.flatMap(({ name, pods }) =>
        pods
          .filter((pod) => pod.problem !== undefined)
          .map((pod) =>
            (hangs(one, name, pod) ? problem : warning)("ISM470", {
              detail: `${pod.name} of ${one.cluster} does not say what it holds: ${pod.problem ?? ""}. ${hangs(one, name, pod) ? "It has lost its istiod too, though istiod answers: its Envoy stands still, and requests that come to it hang." : "Its listeners, routes and endpoints are not judged."}`,
              fix: `Where it goes on like this, restart the gateway. How it is: ${kubectl(one, "-n", placesOfGateway(one, name).namespace, "describe", "pod", pod.name)}`,
              commands: [restart(one, placesOfGateway(one, name).namespace, placesOfGateway(one, name).deployment)],
              cluster: one.cluster,
              object: { group: "", kind: "Pod", namespace: placesOfGateway(one, name).namespace, name: pod.name },
              breaks: hangs(one, name, pod)
                ? [proxyOf(one.cluster, { namespace: placesOfGateway(one, name).namespace, name: pod.name })]
                : [],
              needs: [
                nodes(one.cluster),
                gatewayPods(one.cluster, name),
                istiod(one.cluster),
                wayToIstiod(one.cluster),
              ],
            }),
          ),
      ),
    ),
};

/** A proxy whose admin port takes connections and answers nothing, and that istiod has not heard of since. */
function hangs(one: ReachedCluster, gateway: string, { name, problem: why = "" }: GatewayPod): boolean {
  const { namespace } = placesOfGateway(one, gateway);
  const isHeard = connectedProxies(one).some((proxy) => proxy.namespace === namespace && proxy.name === name);
  return /no answer within/.test(why) && one.istiod.pods.length > 0 && silentIstiods(one).length === 0 && !isHeard;
}

/** Pods of a gateway that say what they hold. */
export function answeringPods(one: ReachedCluster, gateway: string): readonly GatewayPod[] {
  return (gatewayOf(one, gateway)?.pods ?? []).filter((pod) => pod.problem === undefined);
}

/** Pods of a gateway that do not say what they hold, as what a check could not see. */
export function silentPods(one: ReachedCluster, gateway: string): readonly string[] {
  return one.gateways
    .filter(({ name }) => name === gateway)
    .flatMap(({ pods }) => pods)
    .filter((pod) => pod.problem !== undefined)
    .map((pod) => `${pod.name} of ${one.cluster} does not say what it holds: ${pod.problem ?? ""}`);
}
