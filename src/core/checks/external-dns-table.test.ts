import { describe, expect, it } from "vitest";
import { policyFactsOf } from "../policies/policy-facts-of.ts";
import { findingsOf, foundBy } from "../testing/found-by.ts";
import { healthyFacts } from "../testing/healthy-facts.ts";
import type { ExternalDnsFacts } from "./external-dns-facts.ts";
import type { MeshFacts } from "./facts.ts";
import { checks } from "./list.ts";

/** The healthy mesh, whose route is published, with one external-dns for each cluster. */
function withExternalDns(
  west: Partial<ExternalDnsFacts>,
  east: Partial<ExternalDnsFacts>,
  published = true,
): MeshFacts {
  const facts = healthyFacts();
  const made = (change: Partial<ExternalDnsFacts>): readonly ExternalDnsFacts[] => [
    { namespace: "dns", name: "external-dns", sources: ["istio-gateway"], domainFilters: [], ...change },
  ];
  return {
    ...facts,
    mesh: {
      ...facts.mesh,
      services: facts.mesh.services.map((service) => ({
        ...service,
        routes: service.routes.map((route) => ({
          ...route,
          hosts: ["hello.a.example"],
          ...(published ? { dns: { via: "externalDns" as const } } : {}),
        })),
      })),
    },
    clusters: facts.clusters.map((one) =>
      one.kind === "reached" ? { ...one, externalDns: made(one.cluster === "west" ? west : east) } : one,
    ),
  };
}

function findings(facts: MeshFacts): readonly string[] {
  return checks.filter(({ id }) => id.startsWith("dns/")).flatMap(({ id }) => foundBy(id, facts));
}

const good = { ownerId: "mesh", policy: "upsert-only", version: "0.23" };

/** One in a namespace that lets nothing out, or only to this block and port; it writes to 192.0.2.53:53. */
function closedOff(cidr?: string, port?: number): Partial<ExternalDnsFacts> {
  const policy = policyFactsOf({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "default", namespace: "dns" },
    spec: {
      podSelector: {},
      policyTypes: ["Egress"],
      ...(cidr === undefined || port === undefined
        ? {}
        : { egress: [{ to: [{ ipBlock: { cidr } }], ports: [{ port, protocol: "TCP" }] }] }),
    },
  });
  const server = { host: "192.0.2.53", port: 53 };
  return {
    ...good,
    labels: { app: "external-dns" },
    provider: "rfc2136",
    minTtl: "60s",
    server,
    networkPolicies: [policy],
  };
}

describe("the clusters' external-dns", () => {
  const table: readonly [string, Partial<ExternalDnsFacts>, Partial<ExternalDnsFacts>, readonly string[]][] = [
    ["are content with one owner that deletes nothing", good, good, []],
    ["do not reach their DNS server under a default-deny", good, closedOff(), ["error ISM687 east"]],
    ["reach it by a rule for its address and port", good, closedOff("192.0.2.53/32", 53), []],
    ["do not reach it by a rule for another address", good, closedOff("192.0.2.54/32", 53), ["error ISM687 east"]],
    ["do not reach it by a rule for another port", good, closedOff("192.0.2.53/32", 443), ["error ISM687 east"]],
    ["are content with an empty prefix beside none", good, { ...good, txtPrefix: "" }, []],
    ["block each other with an owner each", good, { ...good, ownerId: "east" }, ["warning ISM452 east→west"]],
    [
      "block each other where one has no owner of its own",
      { policy: "upsert-only" },
      { ...good, ownerId: "default" },
      [],
    ],
    ["block each other with a prefix each", good, { ...good, txtPrefix: "e-" }, ["warning ISM452 east→west"]],
    ["block each other with a suffix each", good, { ...good, txtSuffix: "-e" }, ["warning ISM452 east→west"]],
    [
      "delete each other's names with one owner and sync",
      { ...good, policy: "sync" },
      { ...good, policy: "sync" },
      ["warning ISM522 west→east", "warning ISM522 east→west"],
    ],
    [
      "delete each other's names with sync in one of them",
      { ...good, policy: "sync" },
      good,
      ["warning ISM522 west→east"],
    ],
    [
      "delete each other's names without a policy before 0.22",
      { ownerId: "mesh", version: "0.21" },
      good,
      ["warning ISM522 west→east"],
    ],
    [
      "delete nothing of others with sync and an owner each",
      { ...good, policy: "sync" },
      { ...good, policy: "sync", ownerId: "east" },
      ["warning ISM452 east→west"],
    ],
    ["do not start without a policy from 0.22 on", { ownerId: "mesh", version: "0.22" }, good, ["error ISM524 west"]],
    ["say nothing of a version that is not known", { ownerId: "mesh" }, good, []],
    ["write 0 as TTL where nobody names one", { ...good, provider: "rfc2136" }, good, ["warning ISM669 west"]],
    ["write a least TTL that is given", { ...good, provider: "rfc2136", minTtl: "5s" }, good, []],
    [
      "note the owner of the zone's own name outside of the zone",
      { ...good, provider: "rfc2136", minTtl: "5s", zones: ["hello.a.example"] },
      good,
      ["error ISM668 west"],
    ],
    [
      "note it inside with a prefix of the type and a dot",
      { ...good, provider: "rfc2136", minTtl: "5s", zones: ["hello.a.example."], txtPrefix: "%{record_type}." },
      { ...good, txtPrefix: "%{record_type}." },
      [],
    ],
    [
      "read no annotation under a prefix of their own",
      good,
      { ...good, annotationPrefix: "example.com/" },
      ["warning ISM774 east"],
    ],
    [
      "read them under a prefix of their own and the older one, or under either that they have",
      { ...good, annotationPrefix: "example.com/", legacyAnnotations: true },
      { ...good, annotationPrefix: "external-dns.alpha.kubernetes.io/" },
      [],
    ],
    [
      "publish nothing where none reads Istio's Gateways",
      { ...good, sources: ["ingress"] },
      { ...good, sources: ["service", "ingress"] },
      ["warning ISM775 west", "warning ISM775 east"],
    ],
    [
      "publish their own addresses where no other one reads annotations of isthmus",
      { ...good, annotationPrefix: "example.com/" },
      { ...good, annotationPrefix: "example.com/" },
      ["error ISM774 west", "error ISM774 east"],
    ],
    ["publish by one that reads them", { ...good, sources: ["ingress"] }, good, []],
    [
      "may read them for all that is known of their flags",
      { ...good, sources: ["ingress"] },
      { ...good, sources: ["ingress"], unread: "EXTERNAL_DNS_SOURCE" },
      [],
    ],
    ["freeze names with create-only", { ...good, policy: "create-only" }, good, ["warning ISM523 west"]],
    [
      "are not judged by flags that are not known",
      { ...good, ownerId: "other", unread: "EXTERNAL_DNS_POLICY" },
      good,
      ["warning ISM525 west"],
    ],
    ["are no matter where they have other zones", { ...good, ownerId: "x", domainFilters: ["b.example"] }, good, []],
    [
      "matter in the zone of the names, and in one above it",
      { ...good, domainFilters: ["a.example"] },
      { ...good, ownerId: "x", domainFilters: [".example"] },
      ["warning ISM452 east→west"],
    ],
    [
      "block nobody where they do not read Istio's objects, and delete all the same",
      good,
      { ...good, policy: "sync", sources: ["ingress"] },
      ["warning ISM522 east→west"],
    ],
  ];
  it.each(table)("%s", (_name, west, east, expected) => {
    expect(findings(withExternalDns(west, east))).toEqual(expected);
  });

  it("need their API server, and the cluster's DNS for a server that has a name", () => {
    const facts = withExternalDns(good, { ...closedOff("0.0.0.0/0", 53), server: { host: "ns.example", port: 53 } });
    const seen = (one: MeshFacts["clusters"][number]): MeshFacts["clusters"][number] =>
      one.kind === "reached"
        ? { ...one, system: { ...one.system, apiServers: [{ address: "192.0.2.1", port: 6443 }] } }
        : one;
    const [found, ...others] = findingsOf("dns/policy", { ...facts, clusters: facts.clusters.map(seen) });
    expect(others).toEqual([]);
    expect(found?.detail).toContain(
      "does not reach its API server 192.0.2.1 (TCP 6443); the cluster's DNS (UDP 53): NetworkPolicy dns/default isolates",
    );
    expect(found?.fix).toContain(`"name":"admit-external-dns-egress-`);
  });

  it("are no matter in a mesh that publishes no names by them", () => {
    expect(findings(withExternalDns(good, { ownerId: "east", policy: "sync" }, false))).toEqual([]);
  });

  it("are never told to share an owner without the policy that goes with it", () => {
    const facts = withExternalDns({ policy: "sync", ownerId: "a" }, { policy: "sync", ownerId: "b" });
    const fixes = checks
      .filter(({ id }) => id === "dns/owner")
      .flatMap((check) => check.run(facts).map(({ fix }) => fix));
    expect(fixes).toHaveLength(1);
    expect(fixes[0]).toContain("--policy=upsert-only");
  });
});

it("is not said to reach a server whose address is not known by a rule for a block of addresses", () => {
  const unseenBy = (cidr: string): readonly string[] | undefined => {
    const { server: _, ...one } = closedOff(cidr, 443);
    return checks
      .find(({ id }) => id === "dns/policy")
      ?.unseen?.(withExternalDns(good, { ...one, provider: "route53" }));
  };
  expect(unseenBy("192.0.2.0/24")).toEqual([
    "whether NetworkPolicy dns/default of east admits connections of dns/external-dns to its DNS provider (TCP 443): its rules name blocks of addresses, and the address of the other end is not known",
  ]);
  expect(unseenBy("0.0.0.0/0")).toEqual([]);
});

it("does not say that Gateways are read where nobody was found, or where flags are not known", () => {
  const unseenOf = (facts: MeshFacts): readonly string[] | undefined =>
    checks.find(({ id }) => id === "dns/reads")?.unseen?.(facts);
  const other = { ...good, sources: ["ingress"] };
  expect(unseenOf(withExternalDns(other, { ...other, domainFilters: ["b.example"] }))).toEqual([]);
  const unsure = (limits: string): readonly string[] => [
    `whether an external-dns reads the Gateways of hello.a.example: its flags leave something out (${limits}) or are not known, or a cluster was not reached`,
  ];
  expect(unseenOf(withExternalDns(other, { ...other, unread: "EXTERNAL_DNS_SOURCE" }))).toEqual(
    unsure("none of those that are known"),
  );
  const limited = { ...good, limits: ["--namespace"] };
  expect(unseenOf(withExternalDns(limited, other))).toEqual(unsure("--namespace"));
  expect(unseenOf(withExternalDns(limited, good))).toEqual([]);
  const elsewhere = { ...good, domainFilters: ["b.example"] };
  expect(unseenOf(withExternalDns(elsewhere, elsewhere))).toEqual([
    "who publishes hello.a.example: no external-dns for that was found, by the label app.kubernetes.io/name=external-dns or app=external-dns of its Deployment",
  ]);
  expect(unseenOf(withExternalDns(good, elsewhere))).toEqual([]);
  expect(unseenOf(withExternalDns(elsewhere, elsewhere, false))).toEqual([]);
});

it("is judged name by name, since each may be in another zone", () => {
  const facts = withExternalDns(
    { ...good, domainFilters: ["a.example"] },
    { ...good, sources: ["ingress"], domainFilters: ["b.example"] },
  );
  const services = facts.mesh.services.map((service) => ({
    ...service,
    routes: service.routes.map((route) => ({ ...route, hosts: ["hello.a.example", "hello.b.example", "*"] })),
  }));
  const [found, ...others] = findingsOf("dns/reads", { ...facts, mesh: { ...facts.mesh, services } });
  expect(others).toEqual([]);
  expect([found?.code, found?.cluster]).toEqual(["ISM775", "east"]);
  expect(found?.detail).toContain("nobody publishes hello.b.example.");
});
