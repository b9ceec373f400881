import { ingressGateway, istioNamespace } from "../../render/names.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl, restart } from "../commands.ts";
import type { GatewayPod } from "../control-plane-facts.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { answeringPods, silentPods } from "../gateways/proxies-answer.ts";
import { istiodName, meshClusters } from "../reached.ts";
import { appliedObject, awaitedCertificate, needsOfProxies, newestListeners, objectOf } from "../subjects.ts";

/**
 * A Secret that is right is of use only once the proxies have it. A listener
 * waits 15 s for one and is in effect without it afterwards, so that only what
 * the proxy says of its secrets tells why it resets TLS connections
 * (https://www.envoyproxy.io/docs/envoy/latest/configuration/security/secret#sds-configuration).
 */
export const certificatesInProxies: Check = {
  id: "certificates/in-proxies",
  sentence: "ingress proxies have the certificates of their listeners, and no listener waits",
  pre: false,
  unseen: (facts) => meshClusters(facts).flatMap((one) => silentPods(one, ingressGateway)),
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      const pods = answeringPods(one, ingressGateway);
      const awaited = [...new Set(pods.flatMap((pod) => pod.config.awaitedSecrets))].toSorted();
      return [
        ...awaited.map((secret) => lacksSecret(facts, one, { secret, pods })),
        ...pods.flatMap((pod) => waits(one, pod)),
      ];
    }),
};

function lacksSecret(
  { mesh }: MeshFacts,
  one: ReachedCluster,
  { secret, pods }: { readonly secret: string; readonly pods: readonly GatewayPod[] },
): Finding {
  const lacking = pods.filter(({ config }) => config.awaitedSecrets.includes(secret));
  const [namespace, name] = secret.includes("/") ? (secret.split("/") as [string, string]) : [istioNamespace, secret];
  const object = { group: "", kind: "Secret", namespace, name };
  const ofRoutes = mesh.services
    .flatMap(({ routes }) => routes)
    .filter(({ tls }) => tls?.secretName === secret)
    .flatMap(({ hosts }) => hosts);
  const ofChains = lacking
    .flatMap(({ config }) => config.chains)
    .filter(({ credential = "" }) => credential.endsWith(`://${secret}`))
    .flatMap(({ serverNames }) => serverNames);
  const hosts = [...new Set([...ofRoutes, ...ofChains])];
  return problem("ISM527", {
    detail: `${lacking.map((pod) => pod.name).join(", ")} of ${one.cluster} ${lacking.length === 1 ? "waits" : "wait"} for Secret ${namespace}/${name}, which a listener names and istiod has not sent: TLS connections ${hosts.length === 0 ? "that need it" : `for ${hosts.join(", ")}`} are reset.`,
    fix: `Whoever has the certificate has to put it there with its key; istiod sends it at once. Whether the Secret is there: ${kubectl(one, "-n", namespace, "get", "secret", name)}. What istiod says of it: ${kubectl(one, "-n", istioNamespace, "logs", `deploy/${istiodName(one)}`, "--tail=500")} | grep -F ${name}`,
    cluster: one.cluster,
    object,
    breaks: [awaitedCertificate(one.cluster, secret)],
    needs: [
      objectOf(one.cluster, object),
      appliedObject(one.cluster, object),
      ...needsOfProxies(one.cluster, ingressGateway, lacking),
    ],
  });
}

/** What a listener waits for beside certificates is other configuration that it names, such as routes. */
function waits(one: ReachedCluster, pod: GatewayPod): readonly Finding[] {
  const { warming, awaitedSecrets } = pod.config;
  if (warming.length === 0) {
    return [];
  }
  const ports = warming.map(({ port, active }) =>
    active ? `at port ${port} (it goes on by its older version)` : `at port ${port} (nothing listens there)`,
  );
  return [
    problem("ISM528", {
      detail: `${pod.name} of ${one.cluster} holds back its newest listener ${ports.join(", ")}: it waits for ${awaitedSecrets.length === 0 ? "configuration that istiod has not sent" : `Secret ${awaitedSecrets.join(", ")}`}.`,
      fix: "Where no other finding names what is missing, restart the gateway: it asks istiod for everything again.",
      commands: [restart(one, istioNamespace, ingressGateway)],
      cluster: one.cluster,
      object: { group: "", kind: "Pod", namespace: istioNamespace, name: pod.name },
      breaks: [newestListeners(one.cluster)],
      needs: [
        ...awaitedSecrets.map((secret) => awaitedCertificate(one.cluster, secret)),
        ...needsOfProxies(one.cluster, ingressGateway, [pod]),
      ],
    }),
  ];
}
