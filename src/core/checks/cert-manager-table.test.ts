import { describe, expect, it } from "vitest";
import { policyFactsOf } from "../policies/policy-facts-of.ts";
import { findingsOf } from "../testing/found-by.ts";
import { withCluster } from "../testing/healthy-facts.ts";
import { judge } from "./unread.ts";
import { certificateOrders } from "./certificates/orders.ts";
import type { AcmeIssuer, MeshFacts } from "./facts.ts";
import type { CertManagerFacts, DnsWebhookFacts } from "./program-facts.ts";

const labels = { "app.kubernetes.io/name": "cert-manager", "app.kubernetes.io/component": "controller" };
const server = "https://192.0.2.14:14000/dir";

type Rule = { readonly to?: readonly object[]; readonly ports: readonly object[] };

const tcp = (port: number, cidr?: string): Rule => ({
  ...(cidr === undefined ? {} : { to: [{ ipBlock: { cidr } }] }),
  ports: [{ port, protocol: "TCP" }],
});
const udp = (port: number, cidr?: string): Rule => ({ ...tcp(port, cidr), ports: [{ port, protocol: "UDP" }] });
const toDns: Rule = {
  to: [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    },
  ],
  ports: [{ port: 53, protocol: "UDP" }],
};
const apiServer = tcp(6443, "192.0.2.1/32");

/** The healthy mesh with these issuers, and a cert-manager in east out of which these rules let something. */
function withCertManager(
  issuers: readonly Partial<AcmeIssuer>[],
  rules: readonly Rule[],
  change: Partial<CertManagerFacts> = {},
): MeshFacts {
  const policy = policyFactsOf({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "default", namespace: "cert-manager" },
    spec: { podSelector: {}, policyTypes: ["Egress"], egress: rules as [] },
  });
  const facts = withCluster("east", ({ system }) => ({
    system: { ...system, apiServers: [{ address: "192.0.2.1", port: 6443 }] },
    certManager: [{ namespace: "cert-manager", name: "cert-manager", labels, networkPolicies: [policy], ...change }],
  }));
  const acmeIssuers = issuers.map((issuer, index): AcmeIssuer => ({ name: `issuer-${index}`, server, ...issuer }));
  const open = [{ namespace: "cert-manager", name: "cert-manager", labels }];
  const clusters = facts.clusters.map((one) =>
    one.kind === "reached" && one.cluster === "west" ? { ...one, certManager: open } : one,
  );
  return { ...facts, clusters, mesh: { ...facts.mesh, acmeIssuers } };
}

/** What the finding says that is not reached, a line each. */
function closed(facts: MeshFacts): readonly string[] {
  return findingsOf("certificates/orders", facts).flatMap(({ code, cluster, detail }) =>
    (/does not reach (.*): NetworkPolicy /.exec(detail)?.[1] ?? "")
      .split("; ")
      .map((one) => `${code} ${cluster}: ${one}`),
  );
}

const http: Partial<AcmeIssuer> = { http01: true };
const dns: Partial<AcmeIssuer> = {
  dns01: { provider: "rfc2136", nameserver: "192.0.2.53:53", protocol: "UDP" },
  uncheckedChallenges: true,
};
const acme = tcp(14_000, "192.0.2.14/32");

describe("a cert-manager whose namespace has policies", () => {
  const table: readonly [string, MeshFacts, readonly string[]][] = [
    ["is left alone where the mesh has no issuer of its", withCertManager([], [apiServer]), []],
    [
      "reaches nothing under a default-deny",
      withCertManager([http], []),
      [
        "ISM750 east: its API server 192.0.2.1 (TCP 6443)",
        "ISM750 east: the cluster's DNS (UDP 53)",
        "ISM750 east: the ACME server 192.0.2.14 (TCP 14000)",
        "ISM750 east: any of the ingress gateways, which its checks of http01 challenges ask (TCP 80)",
      ],
    ],
    [
      "is content with one ingress that its checks reach",
      withCertManager([http], [apiServer, toDns, acme, tcp(80)]),
      [],
    ],
    [
      "needs no ingress where it checks no challenge",
      withCertManager([{ ...http, uncheckedChallenges: true }], [apiServer, acme]),
      [],
    ],
    [
      "looks the ACME server up where it has a name",
      withCertManager(
        [{ ...http, uncheckedChallenges: true, server: "https://acme.example/dir" }],
        [apiServer, tcp(443)],
      ),
      ["ISM750 east: the cluster's DNS (UDP 53)"],
    ],
    [
      "writes into DNS by the protocol of its issuer",
      withCertManager([dns], [apiServer, toDns, acme, tcp(53, "192.0.2.53/32")]),
      ["ISM750 east: the DNS server 192.0.2.53 that it writes to (UDP 53)"],
    ],
    ["is content where it gets there", withCertManager([dns], [apiServer, toDns, acme, udp(53, "192.0.2.53/32")]), []],
    [
      "asks the zone's own servers where it checks",
      withCertManager([{ ...dns, uncheckedChallenges: false }], [apiServer, toDns, acme, udp(5300)], {
        nameservers: ["192.0.2.54:5300", "192.0.2.55:5300"],
      }),
      [
        "ISM750 east: the DNS server 192.0.2.53 that it writes to (UDP 53)",
        "ISM750 east: the name servers of the zone, which its checks of dns01 challenges ask (UDP 53)",
      ],
    ],
    [
      "asks all of the given servers where it may ask no others",
      withCertManager([{ ...dns, uncheckedChallenges: false }], [apiServer, acme, udp(53, "192.0.2.53/32")], {
        nameservers: ["192.0.2.53:53", "https://192.0.2.54/dns-query"],
        nameserversOnly: true,
      }),
      ["ISM750 east: the DNS server 192.0.2.54 that it looks names of dns01 challenges up at (TCP 443)"],
    ],
    [
      "asks a cloud's API at port 443",
      withCertManager([{ dns01: { provider: "route53" }, uncheckedChallenges: true }], [apiServer, toDns, acme]),
      ["ISM750 east: the API of route53 (TCP 443)"],
    ],
    [
      "asks a webhook by its API server alone",
      withCertManager([{ dns01: { provider: "webhook" }, uncheckedChallenges: true }], [apiServer, toDns, acme]),
      [],
    ],
    ["reaches everything where no policy is", withCertManager([http], [], { networkPolicies: [] }), []],
  ];
  it.each(table)("%s", (_name, facts, expected) => {
    expect(closed(facts)).toEqual(expected);
  });

  it("calls a webhook that is there, answers, and reaches its provider", () => {
    const group = "acme.syseleven.de";
    const program = { namespace: "certs", name: "designate-webhook", labels: { app: "designate-webhook" } };
    const policy = (rules: readonly Rule[]): ReturnType<typeof policyFactsOf> =>
      policyFactsOf({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "default", namespace: "certs" },
        spec: { podSelector: {}, policyTypes: ["Egress"], egress: rules as [] },
      });
    const by = (webhook: Omit<DnsWebhookFacts, "group">): ReturnType<typeof judge> => {
      const webhooks = [{ group, ...webhook }];
      const issuer = { dns01: { provider: "webhook" }, uncheckedChallenges: true };
      return judge(certificateOrders, withCertManager([issuer], [apiServer, toDns, acme], { webhooks }), undefined);
    };
    const shown = ({ findings }: ReturnType<typeof judge>): readonly string[] =>
      findings.map(({ code, cluster, detail }) => `${code} ${cluster}: ${detail}`);
    expect(by({ state: "available", program })).toEqual({ findings: [], unseen: [] });
    expect(shown(by({ state: "missing" }))).toEqual([
      "ISM776 east: cert-manager of east is to prove names by the webhook acme.syseleven.de, and the cluster has no API of that group. Challenges wait without a word of theirs.",
    ]);
    const [away] = by({ state: "unavailable", why: "failing response: connection refused", program }).findings;
    expect(away?.detail).toContain("does not get through to it: failing response: connection refused");
    expect(away?.fix).toContain("-n certs get pods,endpoints,networkpolicies");
    const under = (...rules: readonly Rule[]): ReturnType<typeof judge> =>
      by({ state: "available", program: { ...program, networkPolicies: [policy(rules)] } });
    expect(shown(under())).toEqual([
      expect.stringContaining(
        "ISM750 east: the webhook acme.syseleven.de of cert-manager of east (certs/designate-webhook) does not reach its API server 192.0.2.1 (TCP 6443); the cluster's DNS (UDP 53): NetworkPolicy certs/default isolates",
      ),
      expect.stringContaining(
        "reaches nothing outside of the cluster, and so no DNS provider: NetworkPolicy certs/default",
      ),
    ]);
    expect(under(apiServer, toDns, tcp(443))).toEqual({ findings: [], unseen: [] });
    // Which port its provider has nobody knows.
    expect(under(apiServer, toDns, tcp(8081))).toEqual({
      findings: [],
      unseen: [
        "whether the webhook acme.syseleven.de of cert-manager in east reaches its DNS provider: policies let it out in part, and the provider's address and port are not known",
      ],
    });
    expect(by({ state: "unread" }).unseen).toEqual([
      "the webhook acme.syseleven.de of cert-manager in east: this account may not ask about it",
    ]);
    expect(by({ state: "available" }).unseen).toEqual([
      "what the pods of the webhook acme.syseleven.de of cert-manager in east reach: no Deployment was found behind it",
    ]);
  });

  it("prints a policy that admits what is closed, and nothing is closed with it", () => {
    const facts = withCertManager([http, { ...dns, uncheckedChallenges: false }], []);
    const [finding] = findingsOf("certificates/orders", facts);
    const [, list = ""] = /echo '(.*)' \| kubectl --context \S+ apply -f -/.exec(finding?.fix ?? "") ?? [];
    const { items } = JSON.parse(list) as { readonly items: Parameters<typeof policyFactsOf>[0][] };
    expect(items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual([
      expect.stringMatching(/^cert-manager\/admit-cert-manager-egress-[0-9a-f]{6}$/),
    ]);
    const mended = facts.clusters.map((one) =>
      one.kind === "reached"
        ? {
            ...one,
            certManager: (one.certManager ?? []).map((manager) => ({
              ...manager,
              networkPolicies: [...(manager.networkPolicies ?? []), ...items.map(policyFactsOf)],
            })),
          }
        : one,
    );
    expect(closed({ ...facts, clusters: mended })).toEqual([]);
  });

  it("is said not to have been found, where an issuer needs one", () => {
    const facts = withCertManager([http], []);
    const without = facts.clusters.map((one) => (one.kind === "reached" ? { ...one, certManager: [] } : one));
    const label = "by the label app.kubernetes.io/name=cert-manager of its Deployment";
    expect(judge(certificateOrders, { ...facts, clusters: without }, undefined)).toEqual({
      findings: [],
      unseen: ["west", "east"].map((name) => `no cert-manager was found in ${name}, ${label}`),
    });
  });

  it("is not said to reach a server whose address is not known by a rule for a block of addresses", () => {
    const issuer = { ...http, uncheckedChallenges: true, server: "https://acme.example/dir" };
    const by = (cidr: string): readonly string[] =>
      judge(certificateOrders, withCertManager([issuer], [apiServer, toDns, tcp(443, cidr)]), undefined).unseen;
    expect(by("192.0.2.0/24")).toEqual([
      expect.stringMatching(
        /^whether NetworkPolicy cert-manager\/\S+ of east admits connections of cert-manager\/cert-manager to the ACME server acme\.example \(TCP 443\): /,
      ),
    ]);
    expect(by("0.0.0.0/0")).toEqual([]);
  });

  it("is not judged where another cluster's ingress, which its checks ask, may not be read", () => {
    const facts = withCertManager([http], []);
    const clusters = facts.clusters.map((one) =>
      one.kind === "reached" && one.cluster === "west"
        ? { ...one, gateways: [], unread: [{ part: "gateways" as const, why: "forbidden" }] }
        : one,
    );
    expect(judge(certificateOrders, { ...facts, clusters }, undefined)).toEqual({
      findings: [],
      unseen: ["the gateways of west: forbidden"],
    });
  });

  it("never says that all is well where its policies or its name servers are not known", () => {
    const unread = withCertManager([dns], [], { policiesUnread: true, networkPolicies: [] });
    expect(judge(certificateOrders, unread, undefined)).toEqual({
      findings: [],
      unseen: ["the network policies of cert-manager in east: this account may not list them"],
    });
    const rules = [apiServer, toDns, acme, udp(53, "192.0.2.53/32")];
    expect(
      judge(certificateOrders, withCertManager([dns], rules, { unread: "its configuration file" }), undefined),
    ).toEqual({
      findings: [],
      unseen: ["which DNS servers cert-manager/cert-manager of east asks: it is said by its configuration file"],
    });
  });
});
