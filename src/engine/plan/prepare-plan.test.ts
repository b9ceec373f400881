import { chmod, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { FakeClusters } from "../../cli/testing/fake-clusters.ts";
import { startFakeClusters } from "../../cli/testing/fake-clusters.ts";

let clusters: FakeClusters;

beforeEach(async () => {
  clusters = await startFakeClusters(["west", "east"], { living: true });
});

afterEach(async () => {
  await clusters.close();
});

/** Has Istio's validation refuse the mesh's route. */
async function refuseTheRoute(): Promise<void> {
  const istioctl = path.join(clusters.folder, "istioctl");
  const script = await readFile(istioctl, "utf8");
  const says = "Error: 1 error occurred:\n\t* VirtualService/sample/helloworld: no";
  const branch = `  validate) echo '${says}' >&2; exit 1 ;;\n  *) cat`;
  await writeFile(istioctl, script.replace("  *) cat", branch));
  await chmod(istioctl, 0o755);
}

it("names every reason to refuse in one run, and touches nothing", async () => {
  await refuseTheRoute();
  const other = { apiVersion: "v1", kind: "ConfigMap", data: { mesh: "meshId: other" } };
  clusters.servers["east"]?.put({ ...other, metadata: { name: "istio", namespace: "istio-system" } });
  const broken = { apiVersion: "v1", kind: "Secret", data: { "ca-cert.pem": "bm90IGEgY2VydGlmaWNhdGU=" } };
  clusters.servers["west"]?.put({ ...broken, metadata: { name: "cacerts", namespace: "istio-system" } });
  const ran = await clusters.run("apply --yes");
  expect(ran.code).toBe(1);
  expect([...ran.err.matchAll(/error\[(ISM\d+)\]/g)].map(([, code]) => code)).toEqual(["ISM201", "ISM505", "ISM324"]);
  const written = Object.values(clusters.servers).flatMap(({ requests }) =>
    requests.filter(({ method }) => method !== "GET"),
  );
  expect(written).toEqual([]);
});

it("says that nothing answers, and nothing of kinds that no object was rendered of", async () => {
  await Promise.all(Object.values(clusters.servers).map(async (server) => server.close()));
  const ran = await clusters.run("apply --yes --force-conflicts=Deployment");
  expect(ran.code).toBe(69);
  expect(ran.err).not.toContain("ISM067");
});
