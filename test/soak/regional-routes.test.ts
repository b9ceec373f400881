import { afterAll, beforeAll, expect, it } from "vitest";
import { loadDuring } from "../e2e/steady-load.ts";
import { freshFolder, isthmus, kubectl, meshFile, writeMeshFile } from "../e2e/world.ts";

// One route at both ingresses and inside the mesh, and one of the same requests for the ingress of region east alone.
let file = "";

beforeAll(async () => {
  file = writeMeshFile(freshFolder(), (text) =>
    text.replace("gateway: helloworld-gateway", "gateways: [mesh, helloworld-gateway]").replace(
      "      routes:\n",
      `      routes:
        - name: hello-east
          gateway: helloworld-gateway
          hosts: ["*"]
          match: { exact: /hello, fromRegions: [east] }
          weights: { v1: 80, v2: 20 }
`,
    ),
  );
  const ran = await isthmus(["apply", "-f", file, "--yes", "--prune", "--force-conflicts"]);
  if (ran.code !== 0) {
    throw new Error(ran.err);
  }
});

afterAll(async () => {
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
});

/** The share of v1 in what the ingress of a cluster answers, in percent; every request has to be answered. */
async function shareOfV1(cluster: string): Promise<number> {
  const service = ["-n", "istio-system", "get", "service", "istio-ingressgateway", "-o"];
  const { out: address } = await kubectl(cluster, [...service, "jsonpath={.status.loadBalancer.ingress[0].ip}"]);
  const load = { address, hosts: ["shop.example"], perSecond: 50 };
  const { "shop.example": figures } = await loadDuring(load, async () => {}, 8);
  const { sent = 0, answered = {}, failed } = figures ?? {};
  expect(failed).toEqual({});
  return (100 * (answered["v1"] ?? 0)) / sent;
}

/** Five standard deviations around a share of some 350 requests. */
const chance = 13;

it("goes by the region at each ingress, and inside the mesh by the route that all have", async () => {
  expect(Math.abs((await shareOfV1("west")) - 10)).toBeLessThan(chance);
  expect(Math.abs((await shareOfV1("east")) - 80)).toBeLessThan(chance);
  const ran = await isthmus(["verify", "-f", file]);
  expect(ran.out.match(/^√ (?:west|east) .*route helloworld, from inside/gm)).toHaveLength(2);
  expect(ran.out.match(/^√ east .*route hello-east/gm)).toHaveLength(1);
  expect(ran.code).toBe(0);
  expect((await isthmus(["plan", "-f", file, "--detailed-exitcode"])).code).toBe(0);
});

it("shifts the one for callers outside and inside at once, and leaves the region's as it is", async () => {
  const shift = ["shift", "helloworld", "v1=60", "v2=40", "--route", "helloworld", "-f", file, "--yes"];
  expect((await isthmus(shift)).code).toBe(0);
  expect(Math.abs((await shareOfV1("west")) - 60)).toBeLessThan(chance);
  expect(Math.abs((await shareOfV1("east")) - 80)).toBeLessThan(chance);
  const ran = await isthmus(["verify", "-f", file]);
  expect(ran.out).toMatch(/from inside[^\n]*\n(?: .*\n)*? +v1: asked 60 %/);
  expect(ran.code).toBe(0);
});
