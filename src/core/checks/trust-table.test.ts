import { describe, expect, it } from "vitest";
import { foundBy } from "../testing/found-by.ts";
import { healthyFacts, withCluster } from "../testing/healthy-facts.ts";
import type { CertificateFacts } from "./certificate-facts.ts";
import type { MeshFacts, ReachedCluster } from "./facts.ts";
import { checks } from "./list.ts";

function certificate(name: string, change: Partial<CertificateFacts> = {}): CertificateFacts {
  return {
    subject: `CN=${name}`,
    fingerprint: `FP:${name}`,
    identity: `id-${name}`,
    notBefore: "2026-01-01T00:00:00.000Z",
    notAfter: "2036-01-01T00:00:00.000Z",
    ...change,
  };
}

const [old, next] = [certificate("old"), certificate("next")];

interface ClusterTrust {
  readonly trusts: readonly CertificateFacts[];
  readonly above: readonly CertificateFacts[];
  /** Fingerprints in istiod's ConfigMaps; those of `trusts` without it. */
  readonly handedOut?: readonly CertificateFacts[];
  /** What proxies trust; `trusts` without it. */
  readonly proxies?: readonly CertificateFacts[];
}

/** The healthy mesh with the trust of both clusters changed. */
function withTrust(trust: Readonly<Record<"west" | "east", ClusterTrust>>): MeshFacts {
  const facts = healthyFacts();
  const change = (one: ReachedCluster, { trusts, above, handedOut, proxies }: ClusterTrust): ReachedCluster => ({
    ...one,
    authority: one.authority.kind === "present" ? { ...one.authority, roots: trusts, above } : one.authority,
    namespaces: one.namespaces.map((namespace) => ({
      ...namespace,
      roots: (handedOut ?? trusts).map(({ fingerprint }) => fingerprint),
    })),
    gateways: one.gateways.map((gateway) => ({
      ...gateway,
      pods: gateway.pods.map((pod) => ({ ...pod, roots: (proxies ?? trusts).map(({ identity }) => identity) })),
    })),
  });
  return {
    ...facts,
    clusters: facts.clusters.map((one) =>
      one.kind === "reached" && (one.cluster === "west" || one.cluster === "east")
        ? change(one, trust[one.cluster])
        : one,
    ),
  };
}

function findings(facts: MeshFacts, category: "trust" | "certificates"): readonly string[] {
  return checks.filter((check) => check.id.startsWith(`${category}/`)).flatMap((check) => foundBy(check.id, facts));
}

const both = [old, next];
const issuing = certificate("issuing");

describe("the trust of a mesh's clusters", () => {
  const table: readonly [string, Readonly<Record<"west" | "east", ClusterTrust>>, readonly string[]][] = [
    [
      "is sound with an authority between the root and the intermediates",
      { west: { trusts: [old], above: [issuing, old] }, east: { trusts: [old], above: [issuing, old] } },
      [],
    ],
    [
      "is sound while both roots are trusted and nothing is signed under the new one",
      { west: { trusts: both, above: [old] }, east: { trusts: [next, old], above: [old] } },
      [],
    ],
    [
      "is sound while both roots are trusted and one cluster signs under the new one",
      { west: { trusts: both, above: [old] }, east: { trusts: [next, old], above: [next] } },
      [],
    ],
    [
      "is sound where one cluster trusts more than the other needs",
      { west: { trusts: [old], above: [old] }, east: { trusts: both, above: [old] } },
      [],
    ],
    [
      "is sound where a root was renewed with its key",
      {
        west: { trusts: [old], above: [old] },
        east: { trusts: [certificate("old", { fingerprint: "FP:renewed" })], above: [certificate("old")] },
      },
      [],
    ],
    [
      "is broken where one cluster signs under a root that the other does not trust",
      { west: { trusts: [old], above: [old] }, east: { trusts: both, above: [next] } },
      ["error ISM414 east", "error ISM417 west→east"],
    ],
    [
      "is on its way where istiod has not taken up the second root",
      { west: { trusts: both, above: [old], handedOut: [old], proxies: [old] }, east: { trusts: both, above: [old] } },
      ["error ISM416 west"],
    ],
    [
      "is broken where a proxy lacks the root that is signed under now",
      { west: { trusts: both, above: [old], proxies: [old] }, east: { trusts: both, above: [next] } },
      ["error ISM417 west→east"],
    ],
  ];
  it.each(table)("%s", (_name, trust, expected) => {
    expect(findings(withTrust(trust), "trust")).toEqual(expected);
  });

  it("says who does not start with, or does not accept, what does not hold together", () => {
    const detailOf = (effect: "istiod" | "proxies"): string | undefined => {
      const broken = withCluster("east", () => ({ authority: { kind: "broken", flaw: "it is so", effect } }));
      return checks.find(({ id }) => id === "trust/cacerts-sound")?.run(broken)[0]?.detail;
    };
    expect(detailOf("istiod")).toContain("istiod does not start with it");
    expect(detailOf("proxies")).toContain(
      "istiod starts with it, and the proxies of every cluster refuse what it signs",
    );
  });
});

describe("the dates of a mesh's authorities", () => {
  const withAbove = (above: readonly CertificateFacts[], trusts = above.slice(-1)): MeshFacts =>
    withTrust({ west: { trusts: [old], above: [old] }, east: { trusts, above } });
  const wordings = (facts: MeshFacts): readonly string[] =>
    checks
      .filter(({ id }) => id === "certificates/authorities")
      .flatMap((check) => check.run(facts))
      .map(({ severity, code, summary }) => `${severity} ${code} ${summary}`);

  it("have one wording for what ends and another for what has ended", () => {
    expect(wordings(withAbove([certificate("old", { notAfter: "2026-12-23T06:00:00.000Z" })]))).toEqual([
      "warning ISM449 An authority's certificate is about to end",
    ]);
    expect(wordings(withAbove([certificate("old", { notAfter: "2026-11-23T05:59:59.000Z" })]))).toEqual([
      "error ISM449 An authority's certificate has ended",
    ]);
  });

  it("are looked at in every certificate of the chain", () => {
    const ended = certificate("issuing", { notAfter: "2026-11-01T00:00:00.000Z" });
    expect(wordings(withAbove([ended, old]))).toEqual(["error ISM449 An authority's certificate has ended"]);
    const early = certificate("issuing", { notBefore: "2026-11-24T00:00:00.000Z" });
    expect(wordings(withAbove([early, old]))).toEqual(["error ISM511 An authority's certificate is not valid yet"]);
  });

  it("are a warning only for an old root that nothing is signed under any more", () => {
    const ended = certificate("old", { notAfter: "2026-11-01T00:00:00.000Z" });
    expect(wordings(withAbove([next], [ended, next]))).toEqual(["warning ISM449 An authority's certificate has ended"]);
  });
});
