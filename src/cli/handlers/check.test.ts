import { describe, expect, it } from "vitest";
import { healthyFacts, withCluster, withIstiodPods } from "../../core/testing/healthy-facts.ts";
import type { MeshFacts } from "../../core/checks/facts.ts";
import { runIsthmus } from "../testing/run-isthmus.ts";

const broken = withCluster("west", (one) => ({
  remoteSecrets: [],
  drift: { kind: "not-judged", reason: "ISM301 istioctl is not there" },
  istiod: { ...one.istiod, pods: one.istiod.pods.map((pod) => ({ ...pod, remotes: [] })) },
}));

async function checkFacts(facts: object, rest = ""): ReturnType<typeof runIsthmus> {
  return runIsthmus(`check --facts-from facts.json ${rest}`.trim(), {
    files: { "facts.json": JSON.stringify(facts) },
  });
}

describe("isthmus check", () => {
  it("lists what holds, by category, and ends with 0 when nothing is wrong", async () => {
    const { out, err, code } = await checkFacts(healthyFacts());
    expect(code).toBe(0);
    expect(err).toBe("");
    expect(out).toContain("gateways\n  √ gateways are there and ready\n  √ gateways have addresses\n");
    expect(out).toMatch(/√ \d+ checks, nothing is wrong\n$/);
  });

  it("looks with --strict also for what is open that nothing needs, and not before an apply", async () => {
    const { out, code } = await checkFacts(healthyFacts(), "--strict");
    expect(code).toBe(3);
    expect(out).toContain("× ISM559 More is open than the mesh needs  west");
    expect((await checkFacts(healthyFacts())).out).not.toContain("leave nothing open");
    const refused = await checkFacts(healthyFacts(), "--strict --pre");
    expect([refused.code, /ISM561/.test(refused.err)]).toEqual([64, true]);
  });

  it("says what it could not look at, and does not end with a tick", async () => {
    const { out, code } = await checkFacts(
      withIstiodPods("east", ({ remotes }) => ({ remotes, problem: "no answer within 10 s", proxies: [] })),
    );
    expect(code).toBe(3);
    expect(out).toContain(
      "  ? proxies take the configuration that istiod sends them\n      not seen: istiod-east of east does not answer: no answer within 10 s\n",
    );
    expect(out).toMatch(/× 1 cause, \d+ checks could not look everywhere\n$/);
  });

  it("does not end with a tick either where that check has found something elsewhere, in no form", async () => {
    const facts = withCluster("east", () => ({
      authorizationPolicies: [
        { action: "DENY", rules: [{ from: [], to: [{ methods: ["GET"] }], conditional: false }] },
        { action: "CUSTOM", rules: [{ from: [], to: [], conditional: false }] },
      ].map((policy) => ({ namespace: "sample", name: policy.action.toLowerCase(), targeted: false, ...policy })),
    }));
    for (const form of ["table", "short"]) {
      const { out, code } = await checkFacts(facts, `-o ${form}`);
      expect(code).toBe(0);
      expect(out).toMatch(
        /\n\? \d+ checks, nothing is wrong where they could look, 1 warning, 1 check could not look everywhere\n$/,
      );
    }
    expect(JSON.parse((await checkFacts(facts, "-o json")).out)).toMatchObject({ ok: true, complete: false });
    const { out } = await checkFacts(facts, "-o junit");
    expect(out).toMatch(/name="authorization: [^"]+"><skipped message="not seen: [^"]*sample\/custom/);
  });

  it("prints commands for the mesh file and the kubeconfig that it was asked with", async () => {
    const names = { names: [], former: [], problem: { code: "ISM639", severity: "error", summary: "", detail: "" } };
    const facts = { ...healthyFacts(), names };
    const kept = { ...facts, mesh: { ...facts.mesh, file: "prod.yaml" } };
    expect((await checkFacts(facts)).out).toContain("See isthmus dns status.");
    expect((await checkFacts(kept)).out).toContain("See isthmus dns status -f prod.yaml.");
    const { causes } = JSON.parse((await checkFacts(kept, "-o json --kubeconfig k.yaml")).out) as {
      readonly causes: readonly { readonly fix: string }[];
    };
    expect(causes[0]?.fix).toContain("See isthmus dns status -f prod.yaml --kubeconfig k.yaml.");
  });

  it("says cause, object, fix and page, what it explains, and ends with 3", async () => {
    const { out, code } = await checkFacts(broken);
    expect(code).toBe(3);
    expect(out).toContain(
      "× ISM430 A remote secret is missing  west → east  Secret istio-system/istio-remote-secret-east\n",
    );
    expect(out).toContain(
      "    fix: Put back what the mesh file asks for.\n      isthmus apply --cluster west --force-conflicts=Secret\n",
    );
    expect(out).toContain("    docs: docs/reference/codes.md#ism430\n");
    expect(out).toContain("    explains 1 more:\n      ISM436 ");
    expect(out).toContain("  ↳ every istiod says that it is synced with every other cluster\n");
    expect(out).toMatch(/× 1 cause \(and 1 consequence\), \d+ checks could not look everywhere\n$/);
  });

  it("prints a line for each cause with -o short", async () => {
    const { out } = await checkFacts(broken, "-o short");
    expect(out).toMatch(/^× ISM430 credentials\/remote-secrets: west has no remote secret .* \(explains 1 more\)\n×/);
  });

  it("prints one document with -o json, consequences in their cause", async () => {
    const { out, code } = await checkFacts(broken, "-o json");
    const report = JSON.parse(out) as { causes: { code: string; consequences: { code: string }[] }[] };
    expect(code).toBe(3);
    expect(report).toMatchObject({ kind: "CheckReport", mesh: "sandbox", ok: false });
    expect(report.causes.map((one) => [one.code, one.consequences.map((other) => other.code)])).toEqual([
      ["ISM430", ["ISM436"]],
    ]);
  });

  it("prints JUnit with one failure, since consequences are none of their own", async () => {
    const { out } = await checkFacts(broken, "-o junit");
    expect(out).toMatch(/<testsuite name="isthmus check" tests="\d+" failures="1">/);
    expect(out.match(/<failure /g)).toHaveLength(1);
  });

  it("tells only what concerns a cluster, and knows which there are", async () => {
    const facts = withCluster("east", (one) => ({ routing: { ...one.routing, destinationRules: [] } }));
    const [west, east, north] = await Promise.all([
      checkFacts(facts, "--cluster west"),
      checkFacts(facts, "--cluster east"),
      checkFacts(facts, "--cluster north"),
    ]);
    expect([west.code, east.code, north.code]).toEqual([0, 3, 64]);
    expect(north.err).toContain("ISM050");
  });

  it("ends with 69 when no cluster answers", async () => {
    const facts: MeshFacts = {
      ...healthyFacts(),
      clusters: [
        {
          kind: "unreachable",
          cluster: "west",
          diagnostic: { code: "ISM255", severity: "error", summary: "Nothing listens", detail: "refused" },
        },
      ],
    };
    const { out, code } = await checkFacts(facts);
    expect(code).toBe(69);
    expect(out).toContain("? nodes are ready");
  });

  it("refuses a file that is none of facts, one of another version, and to wait for kept ones", async () => {
    const runs = await Promise.all([
      checkFacts({ kind: "Mesh" }),
      checkFacts({ ...healthyFacts(), version: 1 }),
      checkFacts(healthyFacts(), "--wait 1s"),
    ]);
    expect(runs.map((one) => one.code)).toEqual([64, 64, 64]);
    expect(runs.map((one) => /ISM\d+/.exec(one.err)?.[0])).toEqual(["ISM410", "ISM410", "ISM062"]);
  });
});
