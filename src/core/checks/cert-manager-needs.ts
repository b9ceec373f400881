import { asPolicyPod } from "../policies/required-flow.ts";
import type { Connection, PolicyPod } from "../policies/policy-pod.ts";
import { isAddress } from "../policies/address-block.ts";
import { ingressGateway, istioNamespace } from "../render/names.ts";
import type { AcmeIssuer, MeshFacts, ReachedCluster } from "./facts.ts";
import type { CertManagerFacts, ProgramFacts } from "./program-facts.ts";
import type { Need } from "./program-ways.ts";
import { podOf, toApiServer, toClusterDns, wayOut } from "./program-ways.ts";
import { gatewayOf, reachedClusters } from "./reached.ts";

/** Providers that cert-manager asks by an API of their own at port 443 (https://cert-manager.io/docs/configuration/acme/dns01/#supported-dns01-providers). */
const cloudProviders = ["akamai", "azureDNS", "cloudDNS", "cloudflare", "digitalocean", "route53"];

/**
 * Where the pods of a cert-manager have to get through for the certificates of
 * the mesh: its API server, the ACME servers, whatever proves a name, and what
 * its own checks of that ask. A DNS provider behind a webhook is asked by the
 * webhook's pods (`webhookNeedsOf`); cert-manager reaches them through its API server.
 */
export function needsOf(facts: MeshFacts, one: ReachedCluster, manager: CertManagerFacts): readonly Need[] {
  const pod = podOf(manager);
  const issuers = facts.mesh.acmeIssuers ?? [];
  const hosts = issuers.map(({ server }) => hostOf(server));
  const looksUp = hosts.some((host) => !isAddress(host)) || issuers.some((issuer) => asksOwnDns(issuer, manager));
  return distinct([
    ...toApiServer(one, pod),
    ...(looksUp ? toClusterDns(one, pod) : []),
    ...issuers.flatMap((issuer) => [
      ...toAcmeServer(issuer, pod),
      ...toProvider(issuer, pod),
      ...(issuer.dns01 === undefined || manager.unread !== undefined ? [] : toNameServers(issuer, manager)),
      ...(asksIngresses(issuer) && silentClusters(facts).length === 0 ? toIngresses(facts, one, pod) : []),
    ]),
  ]);
}

/**
 * What pods of a webhook for a DNS provider need inside of the cluster: their API server, by which they also know who
 * calls them, and the cluster's DNS.
 */
export function webhookNeedsOf(one: ReachedCluster, webhook: ProgramFacts): readonly Need[] {
  const pod = podOf(webhook);
  return [...toApiServer(one, pod), ...toClusterDns(one, pod)];
}

/** Any way out, at the ports that rules of its namespace name: where the provider of a webhook is only its settings say. */
export function anywhereOutside(webhook: ProgramFacts): Need {
  const rules = (webhook.networkPolicies ?? []).flatMap(({ egress }) => egress);
  const ports = rules.flatMap((rule) => rule.ports.flatMap(({ port }) => (typeof port === "number" ? [port] : [])));
  const ways = [...new Set([443, ...ports])].flatMap((port) =>
    (["TCP", "UDP"] as const).map((protocol) => wayOut(podOf(webhook), { host: "", port, protocol })),
  );
  return { what: "anything outside of the cluster", ways };
}

/** A way out to any address at the port that most providers have. */
export function httpsOutside(webhook: ProgramFacts): Need {
  return {
    what: "its DNS provider (TCP 443)",
    ways: [wayOut(podOf(webhook), { host: "", port: 443, protocol: "TCP" })],
  };
}

/** The clusters whose ingress gateways its checks ask and are not known: whether it reaches one of all is not judged then. */
export function unseenIngresses(facts: MeshFacts): readonly string[] {
  return (facts.mesh.acmeIssuers ?? []).some(asksIngresses) ? silentClusters(facts) : [];
}

function asksIngresses(issuer: AcmeIssuer): boolean {
  return issuer.http01 === true && isChecked(issuer);
}

function silentClusters({ clusters }: MeshFacts): readonly string[] {
  return clusters.flatMap((one) => (one.kind === "unreachable" ? [one.cluster] : []));
}

/** Several issuers may have one server. */
function distinct(needs: readonly Need[]): readonly Need[] {
  return [...new Map(needs.map((need) => [need.what, need])).values()];
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[(.*)\]$/, "$1") : "";
}

function toAcmeServer({ server }: AcmeIssuer, pod: PolicyPod): readonly Need[] {
  if (!URL.canParse(server)) {
    return [];
  }
  const { port: given, protocol } = new URL(server);
  const port = given === "" ? (protocol === "http:" ? 80 : 443) : Number(given);
  const host = hostOf(server);
  return [{ what: `the ACME server ${host} (TCP ${port})`, ways: [wayOut(pod, { host, port, protocol: "TCP" })] }];
}

function toProvider({ dns01 }: AcmeIssuer, pod: PolicyPod): readonly Need[] {
  const { provider = "", nameserver, protocol = "UDP" } = dns01 ?? {};
  if (cloudProviders.includes(provider)) {
    const way = wayOut(pod, { host: "", port: 443, protocol: "TCP" });
    return [{ what: `the API of ${provider} (TCP 443)`, ways: [way] }];
  }
  if (provider !== "rfc2136" || nameserver === undefined) {
    return [];
  }
  const { host, port } = placeOf(nameserver);
  const way = wayOut(pod, { host, port, protocol });
  return [{ what: `the DNS server ${host} that it writes to (${protocol} ${port})`, ways: [way] }];
}

/** `192.0.2.53`, `[2001:db8::53]:5353`, `ns.example:53`. */
function placeOf(text: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? [];
  return { host: bracketed ?? plain ?? text, port: port === undefined ? 53 : Number(port) };
}

function isChecked({ uncheckedChallenges }: AcmeIssuer): boolean {
  return uncheckedChallenges !== true;
}

function asksOwnDns(issuer: AcmeIssuer, { nameservers, unread }: CertManagerFacts): boolean {
  return asksIngresses(issuer) || (issuer.dns01 !== undefined && unread === undefined && nameservers === undefined);
}

/**
 * Those by which it finds the zone of a name, also where it checks no challenge; its checks ask the name servers of the
 * zone, or every one of the given ones (cert-manager 1.21.2, pkg/issuer/acme/dns/dns.go and util/wait.go).
 */
function toNameServers(issuer: AcmeIssuer, manager: CertManagerFacts): readonly Need[] {
  const { nameservers = [], nameserversOnly } = manager;
  const pod = podOf(manager);
  const given = nameservers.map((text): Need => {
    // DNS over HTTPS.
    const isUrl = URL.canParse(text) && text.startsWith("https://");
    const { host, port } = isUrl ? { host: hostOf(text), port: Number(new URL(text).port || 443) } : placeOf(text);
    const protocol = isUrl ? "TCP" : "UDP";
    return {
      what: `the DNS server ${host} that it looks names of dns01 challenges up at (${protocol} ${port})`,
      ways: [wayOut(pod, { host, port, protocol })],
    };
  });
  const [first] = given;
  const any = first === undefined ? [] : [{ what: first.what, ways: given.flatMap(({ ways }) => ways) }];
  const zone = {
    what: "the name servers of the zone, which its checks of dns01 challenges ask (UDP 53)",
    ways: [wayOut(pod, { host: "", port: 53, protocol: "UDP" as const })],
  };
  return !isChecked(issuer) ? any : nameserversOnly === true ? given : [...any, zone];
}

/**
 * The addresses to which the name may lead. That of its own cluster's ingress is
 * seen by policies as the gateway's pods or as an address, as the cluster's network has it.
 */
function toIngresses(facts: MeshFacts, one: ReachedCluster, pod: PolicyPod): readonly Need[] {
  const ways = reachedClusters(facts).flatMap((other): readonly Connection[] => {
    const { service } = gatewayOf(other, ingressGateway) ?? {};
    const outside = (service?.addresses ?? []).map((host) => wayOut(pod, { host, port: 80, protocol: "TCP" }));
    const target = service?.servicePorts.find(({ port }) => port === 80)?.targetPort;
    const pods = other.cluster === one.cluster && outside.length > 0 ? one.pods.filter(isIngress) : [];
    return [
      ...outside,
      ...pods.flatMap((gateway) => {
        const port = typeof target === "string" ? gateway.ports.find(({ name }) => name === target)?.port : target;
        return port === undefined ? [] : [toPod(pod, asPolicyPod(one, gateway), port)];
      }),
    ];
  });
  return [{ what: "any of the ingress gateways, which its checks of http01 challenges ask (TCP 80)", ways }];
}

function isIngress({ namespace, labels }: ReachedCluster["pods"][number]): boolean {
  return namespace === istioNamespace && labels["istio"] === "ingressgateway";
}

function toPod(pod: PolicyPod, target: PolicyPod, port: number): Connection {
  return { pod, direction: "egress", peer: { kind: "pod", pod: target }, port, protocol: "TCP" };
}
