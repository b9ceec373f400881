import { describe, expect, it } from "vitest";
import { healthyFacts, withCluster, withIstiodPods } from "../testing/healthy-facts.ts";
import type { CertificateFacts } from "./certificate-facts.ts";
import type { MeshFacts, ReachedCluster } from "./facts.ts";
import { runChecks } from "./run-checks.ts";
import { changeEndpoints } from "../testing/changed-proxies.ts";

const everything = { pre: false };

function withoutEast(): MeshFacts {
  const facts = healthyFacts();
  const [west] = facts.clusters;
  const diagnostic = { code: "ISM255", severity: "error", summary: "Nothing listens", detail: "refused" } as const;
  const unsynced = (one: ReachedCluster): ReachedCluster => ({
    ...one,
    istiod: {
      ...one.istiod,
      pods: one.istiod.pods.map((pod) => ({ ...pod, remotes: [{ cluster: "east", state: "timeout" }] })),
    },
  });
  return {
    ...facts,
    clusters: [
      ...(west?.kind === "reached" ? [unsynced(west)] : []),
      { kind: "unreachable", cluster: "east", diagnostic },
    ],
  };
}

/** The healthy mesh with a cluster more, which the others know and which knows them. */
function withThirdCluster(): MeshFacts {
  const facts = healthyFacts();
  const known = (one: ReachedCluster, names: readonly string[]): ReachedCluster => ({
    ...one,
    remoteSecrets: names.map((name) => {
      const [secret] = one.remoteSecrets;
      const [credential] = secret?.credentials ?? [];
      if (secret === undefined || credential === undefined) {
        throw new Error("the clusters of the healthy mesh have a remote secret");
      }
      return {
        ...secret,
        name: `istio-remote-secret-${name}`,
        annotation: name,
        keys: [name],
        credentials: [{ ...credential, cluster: name }],
      };
    }),
    istiod: { ...one.istiod, pods: [] },
  });
  const [west, east] = facts.clusters;
  const [outline] = facts.mesh.clusters;
  if (west?.kind !== "reached" || east?.kind !== "reached" || outline === undefined) {
    throw new Error("the healthy mesh has two clusters");
  }
  return {
    ...facts,
    mesh: { ...facts.mesh, clusters: [...facts.mesh.clusters, { ...outline, name: "north" }] },
    clusters: [
      known(west, ["east", "north"]),
      known(east, ["west", "north"]),
      {
        ...known(west, ["west", "east"]),
        cluster: "north",
        system: { ...west.system, uid: "uid-of-north" },
        istiod: { ...west.istiod, clusterId: "north", pods: [] },
        gateways: west.gateways.map((one) => ({ ...one, clusterId: "north" })),
        services: west.services,
        // No two clusters of one network have pods of one address.
        pods: west.pods.map((pod) => ({ ...pod, addresses: [] })),
      },
    ],
  };
}

describe("a run of the checks", () => {
  it("is content with a healthy mesh", () => {
    const report = runChecks(healthyFacts(), everything);
    expect(report.causes).toEqual([]);
    expect(report.ok).toBe(true);
    expect(report.results.every((one) => one.state === "ok")).toBe(true);
  });

  it("has a dead cluster as one cause with the access diagnosis, and goes on with the others", () => {
    const report = runChecks(withoutEast(), everything);
    expect(report.causes.map((one) => [one.code, one.cluster])).toEqual([["ISM255", "east"]]);
    expect(report.causes[0]?.consequences.map((one) => one.code)).toEqual(["ISM436"]);
    expect(report.ok).toBe(false);
  });

  it("folds all that follows from a missing remote secret under it", () => {
    const facts = withCluster("west", (one) => ({
      remoteSecrets: [],
      istiod: {
        ...one.istiod,
        pods: one.istiod.pods.map((pod) => ({
          ...pod,
          remotes: [],
          networkGateways: [],
          shards: pod.shards.filter((shard) => shard.cluster === "west"),
        })),
      },
    }));
    const report = runChecks(facts, everything);
    expect(report.causes.map((one) => one.code)).toEqual(["ISM430"]);
    expect(report.causes[0]?.consequences.map((one) => one.code)).toEqual(["ISM436", "ISM438", "ISM439"]);
    const states = Object.fromEntries(report.results.map((one) => [one.id, one.state]));
    expect(states["credentials/remote-secrets"]).toBe("failed");
    expect(states["join/istiod-synced"]).toBe("explained");
  });

  it("folds what an ingress lacks of a cluster under the gateway that its istiod does not know", () => {
    const facts = withCluster("west", (one) => ({
      istiod: {
        ...one.istiod,
        pods: one.istiod.pods.map((pod) => ({
          ...pod,
          networkGateways: pod.networkGateways.filter(({ cluster }) => cluster !== "east"),
        })),
      },
      gateways: changeEndpoints(one.gateways, (endpoints) =>
        endpoints.map((endpoint) =>
          endpoint.address.startsWith("10.") ? endpoint : { ...endpoint, address: "10.42.9.9:5000" },
        ),
      ),
    }));
    const report = runChecks(facts, everything);
    expect(report.causes.map((one) => one.code)).toEqual(["ISM438"]);
    expect(report.causes[0]?.consequences.map((one) => one.code)).toEqual(["ISM476", "ISM537"]);
  });

  it("folds what the proxies and namespaces of a cluster with another root have under that root", () => {
    const other = (roots: readonly CertificateFacts[]) =>
      roots.map((root) => ({ ...root, fingerprint: "CC:DD", identity: "eee" }));
    const facts = withCluster("east", ({ authority }) => ({
      authority:
        authority.kind === "present"
          ? { ...authority, roots: other(authority.roots), above: other(authority.above) }
          : authority,
    }));
    const report = runChecks(facts, everything);
    expect(report.causes.map((one) => [one.code, one.cluster])).toEqual([["ISM414", "east"]]);
    expect(report.causes[0]?.consequences.map((one) => one.code)).toEqual(["ISM416", "ISM417", "ISM417"]);
  });

  it("tells once what all readers of a cluster are refused for", () => {
    const facts = withThirdCluster();
    const clusters = facts.clusters.map((one) =>
      one.kind === "reached" && one.cluster !== "north"
        ? {
            ...one,
            remoteSecrets: one.remoteSecrets.map((secret) => ({
              ...secret,
              credentials: secret.credentials.map((credential) =>
                credential.cluster === "north"
                  ? { ...credential, trial: { outcome: "forbidden" as const, detail: "" } }
                  : credential,
              ),
            })),
          }
        : one,
    );
    const report = runChecks({ ...facts, clusters }, everything);
    expect(report.causes.map((one) => [one.code, one.cluster, one.remote])).toEqual([["ISM434", "west", "north"]]);
    expect(report.causes[0]?.consequences.map((one) => [one.code, one.cluster, one.remote])).toEqual([
      ["ISM434", "east", "north"],
    ]);
  });

  it("says nothing of what findings break and need", () => {
    const report = runChecks(
      withCluster("west", () => ({ remoteSecrets: [] })),
      everything,
    );
    expect(JSON.stringify(report)).not.toMatch(/"(?:breaks|needs)":/);
  });

  it("does not take what another cluster has for a consequence", () => {
    const facts = withCluster("west", () => ({ remoteSecrets: [] }));
    const both = {
      ...facts,
      clusters: facts.clusters.map((one) =>
        one.kind === "reached" && one.cluster === "east"
          ? { ...one, istiod: { ...one.istiod, pods: one.istiod.pods.map((pod) => ({ ...pod, shards: [] })) } }
          : one,
      ),
    };
    const report = runChecks(both, everything);
    expect(report.causes.map((one) => [one.code, one.cluster])).toContainEqual(["ISM439", "east"]);
  });

  it("is content with warnings alone, and says them last", () => {
    const facts = withCluster("east", (one) => ({ nodes: one.nodes.map((node) => ({ ...node, region: "" })) }));
    const report = runChecks(facts, everything);
    expect(report.ok).toBe(true);
    expect(report.causes.map((one) => one.severity)).toEqual(["warning"]);
  });

  it("tells only what concerns one cluster when that is asked", () => {
    const facts = withCluster("east", (one) => ({ routing: { ...one.routing, destinationRules: [] } }));
    expect(runChecks(facts, { pre: false, cluster: "west" }).causes).toEqual([]);
    expect(runChecks(facts, { pre: false, cluster: "east" }).causes.map((one) => one.code)).toEqual(["ISM444"]);
  });

  it("runs before an apply only what must hold then", () => {
    const facts = withCluster("east", (one) => ({ remoteSecrets: [], istiod: { ...one.istiod, ready: 0 } }));
    expect(runChecks(facts, { pre: true }).causes).toEqual([]);
  });

  it("does not call good what it could not look at, and says why", () => {
    const facts = withIstiodPods("east", () => ({ problem: "no answer within 10 s", proxies: [] }));
    const result = runChecks(facts, everything).results.find((one) => one.id === "control-plane/proxies-accept");
    expect(result).toMatchObject({
      state: "unknown",
      unseen: ["istiod-east of east does not answer: no answer within 10 s"],
    });
  });

  it("says that it is not complete where a check has found something and could not look everywhere", () => {
    const facts = withCluster("east", () => ({
      authorizationPolicies: [
        { action: "DENY", rules: [{ from: [], to: [{ methods: ["GET"] }], conditional: false }] },
        { action: "CUSTOM", rules: [{ from: [], to: [], conditional: false }] },
      ].map((policy) => ({ namespace: "sample", name: policy.action.toLowerCase(), targeted: false, ...policy })),
    }));
    const report = runChecks(facts, everything);
    expect(report.results.find((one) => one.id === "policies/authorization")).toMatchObject({
      state: "warning",
      unseen: [expect.stringContaining("sample/custom")],
    });
    expect(report).toMatchObject({ ok: true, complete: false });
    expect(runChecks(healthyFacts(), everything)).toMatchObject({ ok: true, complete: true });
  });

  it("does not call anything good when no cluster answers", () => {
    const facts = healthyFacts();
    const diagnostic = { code: "ISM255", severity: "error", summary: "Nothing listens", detail: "refused" } as const;
    const report = runChecks(
      {
        ...facts,
        clusters: facts.clusters.map((one) => ({ kind: "unreachable", cluster: one.cluster, diagnostic })),
      },
      everything,
    );
    expect(report.results.filter((one) => one.state === "ok")).toEqual([]);
  });
});

it("lays proxies that cannot connect at the door of cacerts that are gone, and of a root that they do not trust", () => {
  const withoutIngress = withIstiodPods("east", ({ proxies }) => ({
    proxies: proxies.filter(({ name }) => !name.startsWith("istio-ingressgateway")),
  }));
  const causesOf = (change: (one: ReachedCluster) => Partial<ReachedCluster>): readonly string[] => {
    const clusters = withoutIngress.clusters.map((one) =>
      one.kind === "reached" && one.cluster === "east" ? { ...one, ...change(one) } : one,
    );
    const report = runChecks({ ...withoutIngress, clusters }, everything);
    return report.causes.map(({ code, consequences }) => `${code} <- ${consequences.map((one) => one.code).join(" ")}`);
  };
  expect(causesOf(() => ({}))).toEqual(["ISM468 <- "]);
  expect(causesOf(() => ({ authority: { kind: "missing" } }))).toEqual(["ISM415 <- ISM468"]);
  const oldRoot = causesOf(({ gateways }) => ({
    gateways: gateways.map((gateway) => ({
      ...gateway,
      pods: gateway.pods.map((pod) => ({ ...pod, roots: ["an old root"] })),
    })),
  }));
  expect(oldRoot.filter((one) => one.startsWith("ISM468"))).toEqual([]);
  expect(oldRoot[0]).toMatch(/^ISM417 <- .*ISM468/);
});
