import { ingressGateway } from "../render/names.ts";
import type { ReachedCluster } from "./facts.ts";
import { answeringPods } from "./gateways/proxies-answer.ts";

/** Names of the ingress pods whose listeners name the certificate: those that have it, and those that wait for it. */
export function holdersOf(
  one: ReachedCluster,
  secret: string,
): { readonly holding: readonly string[]; readonly lacking: readonly string[] } {
  const pods = answeringPods(one, ingressGateway);
  const lacking = pods.filter(({ config }) => config.awaitedSecrets.includes(secret));
  const holding = pods.filter(
    (pod) =>
      !lacking.includes(pod) && pod.config.chains.some(({ credential = "" }) => credential.endsWith(`://${secret}`)),
  );
  return { holding: holding.map(({ name }) => name), lacking: lacking.map(({ name }) => name) };
}
