import { execFile } from "node:child_process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { enginesPrograms, isthmus, kubectl, sandboxKubeconfig } from "../e2e/world.ts";
import type { FoundCause } from "../faults/mesh.ts";
import { check, expectClean, standMesh } from "../faults/mesh.ts";

const clusters = ["west", "east"] as const;
const namespaces = ["sample", "shop", "back"];

let file = "";

beforeAll(async () => {
  file = await standMesh();
});

afterAll(async () => {
  for (const [cluster, namespace] of places()) {
    await kubectl(cluster, ["-n", namespace, "delete", "networkpolicy", "--all"]);
  }
  await expectClean(file);
});

/** As whoever cares for a cluster writes it beside a mesh that has no policies of its own. */
it("is told of, with policies that open all that the mesh and its proof from inside need, in one run", async () => {
  for (const [cluster, namespace] of places()) {
    const denyAll = {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "default-deny", namespace },
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    };
    const { code } = await kubectl(cluster, ["apply", "-f", "-"], JSON.stringify(denyAll));
    expect(code).toBe(0);
  }
  const { causes } = await check(file);
  expect(new Set(causes.map(({ code }) => code))).toEqual(new Set(["ISM448"]));
  expect(causes).toHaveLength(places().length);
  for (const cause of causes) {
    await runPrinted(cause);
  }
  expect((await check(file)).causes).toEqual([]);
  const verified = await isthmus(["verify", "-f", file]);
  expect(`${verified.code} ${verified.out}`).toMatch(/^0/);
  expect(verified.out).toMatch(/√ west {2}back\/data, no route, from inside/);
});

function places(): readonly (readonly [(typeof clusters)[number], string])[] {
  return clusters.flatMap((cluster) => namespaces.map((namespace) => [cluster, namespace] as const));
}

/** Runs the command that a fix prints in its words. */
async function runPrinted({ fix = "" }: FoundCause): Promise<void> {
  const [command = ""] = /^ *echo '.*' \| kubectl .*$/m.exec(fix) ?? [];
  expect(command).not.toBe("");
  const env = { PATH: `${enginesPrograms()}:${process.env["PATH"] ?? ""}`, KUBECONFIG: sandboxKubeconfig() };
  const said = await new Promise<string>((resolve) => {
    execFile("sh", ["-c", command], { env: { ...process.env, ...env }, timeout: 60_000 }, (error, out, err) =>
      resolve(error === null ? out : err),
    );
  });
  expect(said).toMatch(/networkpolicy\.networking\.k8s\.io\/admit-\S+ created/);
}
