import { expect, it } from "vitest";
import { ingressGateway } from "../../render/names.ts";
import { withConfig, withFrontDoor, withRoot, withoutEast } from "../../testing/changed-facts.ts";
import type { CheckRow } from "../../testing/check-rows.ts";
import { unshown } from "../../testing/check-rows.ts";
import { findingsOf, foundBy } from "../../testing/found-by.ts";
import { healthyFacts, withCluster } from "../../testing/healthy-facts.ts";
import { meshFaults } from "../../testing/mesh-faults.ts";
import type { TlsSecretFacts } from "../certificate-facts.ts";
import type { MeshFacts } from "../facts.ts";
import type { IssuanceFacts } from "../issuance-facts.ts";
import { runChecks } from "../run-checks.ts";

/** A route over TLS for two hosts, and what east has in its Secret. */
function withCertificate(change: Partial<TlsSecretFacts>): MeshFacts {
  const door = { name: "door", present: true, fingerprint: "AA", notAfter: "2030-01-01T00:00:00.000Z", keyFits: true };
  const facts = withFrontDoor(
    withCluster("east", () => ({ tlsSecrets: [{ ...door, ...change }] })),
    "dns",
  );
  const services = facts.mesh.services.map((service) => ({
    ...service,
    routes: service.routes.map((route) => ({ ...route, hosts: ["a.web.example", "A.b.example", "*"] })),
  }));
  return { ...facts, mesh: { ...facts.mesh, services } };
}

const strays = [
  { kind: "Certificate", namespace: "sample", name: "door" },
  { kind: "Secret", namespace: "sample", name: "door" },
] as const;

const issued: IssuanceFacts = {
  ready: false,
  issuer: { kind: "ClusterIssuer", name: "le", state: "ready", byPages: ["web.example"] },
};

/** Secrets of both clusters that a Certificate of cert-manager fills; that of east is like this. */
function withIssued(change: Partial<IssuanceFacts>): MeshFacts {
  const facts = withCluster("east", () => ({
    tlsSecrets: [
      { name: "door", present: false, certificate: "istio-system/door", issuance: { ...issued, ...change } },
    ],
  }));
  const clusters = facts.clusters.map((one) =>
    one.kind === "reached" && one.cluster === "west" ? { ...one, tlsSecrets: [{ name: "door", present: true }] } : one,
  );
  return withFrontDoor({ ...facts, clusters }, "theirs");
}

const acmeServer = "https://acme.example/dir";

/** A certificate that isthmus orders, of 90 days, the same in both clusters and not due; changed in east. */
function withOrdered(change: Partial<TlsSecretFacts>): MeshFacts {
  const certificate = {
    name: "door",
    present: true,
    fingerprint: "AA",
    hosts: ["web.example"],
    keyFits: true,
    notBefore: "2026-11-01T00:00:00.000Z",
    notAfter: "2027-01-30T00:00:00.000Z",
    acmeServer,
  };
  const facts = withFrontDoor(healthyFacts(), "own");
  const services = facts.mesh.services.map((service) => ({
    ...service,
    routes: service.routes.map((route) => ({ ...route, hosts: ["web.example"] })),
  }));
  return {
    ...facts,
    mesh: { ...facts.mesh, services, ownIssuers: { own: { server: acmeServer } } },
    clusters: facts.clusters.map((one) =>
      one.kind === "reached"
        ? { ...one, tlsSecrets: [one.cluster === "east" ? { ...certificate, ...change } : certificate] }
        : one,
    ),
  };
}

/** The check, what is wrong, the facts, and what is found: `severity code cluster→remote`. */
const table: readonly CheckRow[] = [
  ["certificates/authorities", "30 days", withRoot({ notAfter: "2026-12-23T06:00:00.000Z" }), ["warning ISM449 east"]],
  [
    "certificates/authorities",
    "40 days, of a lifetime of 90",
    withRoot({ notBefore: "2026-10-04T06:00:00.000Z", notAfter: "2027-01-02T06:00:00.000Z" }),
    [],
  ],
  [
    "certificates/authorities",
    "20 days, of a lifetime of 90",
    withRoot({ notBefore: "2026-09-14T06:00:00.000Z", notAfter: "2026-12-13T06:00:00.000Z" }),
    ["warning ISM449 east"],
  ],
  ["certificates/authorities", "yesterday", withRoot({ notAfter: "2026-11-22T06:00:00.000Z" }), ["error ISM449 east"]],
  [
    "certificates/front-doors",
    "a missing Secret",
    withCluster("east", () => ({ tlsSecrets: [{ name: "door", present: false }] })),
    ["error ISM450 east"],
  ],
  [
    "certificates/front-doors",
    "a Secret in the wrong namespace",
    withCluster("east", () => ({
      tlsSecrets: [{ name: "door", present: false, elsewhere: strays }],
    })),
    ["error ISM450 east"],
  ],
  ["certificates/issuance", "an order that failed", withIssued({ ready: false }), ["error ISM779 east"]],
  [
    "certificates/issuance",
    "an order that failed, for a certificate that isthmus orders",
    withOrdered({ certificate: "istio-system/door", issuance: issued }),
    [],
  ],
  [
    "certificates/pages",
    "pages of somebody's issuer, with several clusters",
    withIssued({ ready: true }),
    ["warning ISM780 east"],
  ],
  [
    "certificates/in-proxies",
    "a certificate that the proxy waits for",
    withConfig("east", ingressGateway, () => ({ awaitedSecrets: ["door"] })),
    ["error ISM527 east"],
  ],
  [
    "certificates/in-proxies",
    "a listener that waits, with an older version in effect",
    withConfig("east", ingressGateway, () => ({ warming: [{ port: 8443, active: true }] })),
    ["error ISM528 east"],
  ],
  [
    "certificates/fit",
    "a certificate for another host",
    withCertificate({ hosts: ["shop.example"] }),
    ["error ISM494 east"],
  ],
  [
    "certificates/fit",
    "a certificate for two labels below",
    withCertificate({ hosts: ["*.example"] }),
    ["error ISM494 east"],
  ],
  [
    "certificates/fit",
    "nothing where it is for the host, by name or wildcard",
    withCertificate({ hosts: ["*.web.example", "a.b.example"] }),
    [],
  ],
  [
    "certificates/fit",
    "the key of another certificate",
    withCertificate({ hosts: ["*.web.example", "a.b.example"], keyFits: false }),
    ["error ISM494 east"],
  ],
  ["certificates/renewal", "nothing where all clusters hold what is valid", withOrdered({}), []],
  [
    "certificates/renewal",
    "a Certificate of cert-manager that fills the same Secret",
    withOrdered({ certificate: "istio-system/door" }),
    ["error ISM686 east"],
  ],
  [
    "certificates/renewal",
    "another certificate in one cluster, which ends earlier",
    withOrdered({ fingerprint: "BB", notAfter: "2027-01-20T00:00:00.000Z" }),
    ["error ISM661 east"],
  ],
  [
    "certificates/renewal",
    "a certificate that should have been renewed",
    withOrdered({ notBefore: "2026-09-01T00:00:00.000Z", notAfter: "2026-11-30T00:00:00.000Z", fingerprint: "BB" }),
    ["warning ISM660 east", "error ISM661 east"],
  ],
  [
    "certificates/renewal",
    "one that has been due for an hour",
    withOrdered({ notBefore: "2026-09-24T05:00:00.000Z", notAfter: "2026-12-23T05:00:00.000Z" }),
    [],
  ],
  [
    "certificates/renewal",
    "a certificate of another server",
    withOrdered({ acmeServer: "https://staging.example/dir" }),
    ["warning ISM662 east"],
  ],
  [
    "certificates/orders",
    "a default-deny around cert-manager",
    meshFaults.find(({ name }) => name === "east-cert-manager-is-closed-off")?.happens(healthyFacts()) ??
      healthyFacts(),
    ["error ISM750 east"],
  ],
  ["certificates/front-doors", "HTTP challenges", withFrontDoor(withoutEast(), "http"), ["warning ISM451 "]],
  ["certificates/front-doors", "nothing where every cluster answers them", withFrontDoor(healthyFacts(), "http"), []],
];

it.each(table)("%s finds %s", (id, _, facts, expected) => {
  expect(foundBy(id, facts)).toEqual(expected);
});

it("has a row in which it finds something for every check of its category", () => {
  expect(unshown("certificates", table), "each of these needs one").toEqual([]);
});

it("takes a Secret with the key of another certificate for the cause of the proxies' refusal", () => {
  const facts = withCertificate({ hosts: ["*.web.example", "a.b.example"], keyFits: false });
  const refused = [{ kind: "certificates", words: "KEY_VALUES_MISMATCH" }];
  const clusters = facts.clusters.map((one) => {
    if (one.kind !== "reached" || one.cluster !== "east") {
      return one;
    }
    const pods = one.istiod.pods.map((pod) => ({
      ...pod,
      proxies: pod.proxies.map((proxy) => ({ ...proxy, refused })),
    }));
    return { ...one, istiod: { ...one.istiod, pods } };
  });
  const causes = runChecks({ ...facts, clusters }, { pre: false }).causes.filter((one) =>
    [one, ...one.consequences].some(({ code }) => code === "ISM466"),
  );
  expect(causes.map(({ code }) => code)).toEqual(["ISM494"]);
});

it("names who wrote a Certificate that fills a Secret of isthmus, and who wrote the Secret", () => {
  const [found] = findingsOf(
    "certificates/renewal",
    withOrdered({
      certificate: "istio-system/door",
      certificateWritten: { by: "helm", at: "2026-01-01T00:00:00Z" },
      written: { by: "cert-manager-certificates-issuing", at: "2026-01-02T00:00:00Z" },
    }),
  );
  expect(found?.detail).toContain(
    "Certificate istio-system/door of east, written last by helm at 2026-01-01T00:00:00Z,",
  );
  expect(found?.detail).toContain("written last by cert-manager-certificates-issuing at 2026-01-02T00:00:00Z.");
});

it("takes whoever deleted a Secret for the cause, also while proxies go on with its certificate", () => {
  const chain = { port: 8443, serverNames: ["web.example"], credential: "kubernetes://door", routeTable: "https.443" };
  const facts = withConfig("east", ingressGateway, ({ chains }) => ({ chains: [...chains, chain] }));
  const id = { group: "", kind: "Secret", namespace: "istio-system", name: "door" };
  const clusters = facts.clusters.map((one) =>
    one.kind === "reached" && one.cluster === "east"
      ? {
          ...one,
          tlsSecrets: [{ name: "door", present: false }],
          drift: {
            kind: "compared" as const,
            applied: true,
            objects: [{ id, state: "gone" as const, fields: [] }],
            unknown: [],
          },
        }
      : one,
  );
  const causes = runChecks({ ...facts, clusters }, { pre: false }).causes.filter((one) =>
    [one, ...one.consequences].some(({ code }) => code === "ISM450" || code === "ISM455"),
  );
  expect(causes.map(({ code, consequences }) => [code, ...consequences.map((one) => one.code)])).toEqual([
    ["ISM455", "ISM450"],
  ]);
});
