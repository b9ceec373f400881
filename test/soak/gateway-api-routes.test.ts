import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { moduleFolder } from "../e2e/module-files.ts";
import type { Figures } from "../e2e/steady-load.ts";
import { loadDuring } from "../e2e/steady-load.ts";
import type { Ran } from "../e2e/world.ts";
import { contextOf, freshFolder, isthmus, kubectl, meshFile, writeMeshFile } from "../e2e/world.ts";

const clusters = ["west", "east"];
const group = "gateway.networking.k8s.io";
let file = "";
let definitions = "";

async function sure(ran: Promise<Ran>): Promise<Ran> {
  const done = await ran;
  if (done.code !== 0) {
    throw new Error(`${done.out}\n${done.err}`);
  }
  return done;
}

const apply = async (of: string, ...more: readonly string[]): Promise<Ran> =>
  isthmus(["apply", "-f", of, "--yes", "--prune", ...more]);

beforeAll(async () => {
  // The standard channel of the release that the newest Istio of the table is built with.
  definitions = path.join(await moduleFolder("sigs.k8s.io/gateway-api", "v1.6.0"), "config", "crd", "standard");
  await sure(apply(meshFile(), "--force-conflicts"));
  file = writeMeshFile(freshFolder(), (text) =>
    text.replace(/^( +)gateway: helloworld-gateway/m, "$1api: gatewayAPI\n$1gateway: helloworld-gateway"),
  );
}, 300_000);

afterAll(async () => {
  await apply(meshFile(), "--force-conflicts");
  for (const cluster of clusters) {
    await kubectl(cluster, ["delete", "-f", definitions, "--ignore-not-found"]);
  }
});

/** What each ingress does with steady requests while something goes on; every request has to be answered. */
async function loadBoth(during: () => Promise<unknown>, seconds: number): Promise<readonly Figures[]> {
  const addresses = await Promise.all(
    clusters.map(async (cluster) => {
      const service = ["-n", "istio-system", "get", "service", "istio-ingressgateway", "-o"];
      return (await kubectl(cluster, [...service, "jsonpath={.status.loadBalancer.ingress[0].ip}"])).out;
    }),
  );
  const done = during();
  const all = await Promise.all(
    addresses.map(async (address) =>
      loadDuring({ address, hosts: ["shop.example"], perSecond: 40 }, async () => done, seconds),
    ),
  );
  const figures = all.flatMap((one) => one["shop.example"] ?? []);
  expect(figures).toHaveLength(2);
  expect(figures.map(({ failed }) => failed)).toEqual([{}, {}]);
  return figures;
}

/** Whether the answers of v1 are within five standard deviations of what a share of the requests that were sent makes. */
function fitsShareOfV1({ sent, answered }: Figures, share: number): boolean {
  return Math.abs((answered["v1"] ?? 0) - sent * share) <= 5 * Math.sqrt(sent * share * (1 - share));
}

it("is refused where a cluster does not serve the Gateway API, with the command for it, and changes nothing", async () => {
  const ran = await isthmus(["plan", "-f", file]);
  expect(ran.code).toBe(1);
  for (const cluster of clusters) {
    expect(ran.err).toContain(
      `kubectl --context ${contextOf(cluster)} apply --server-side -f https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.6.0/standard-install.yaml`,
    );
  }
});

describe("a route of the Gateway API", () => {
  beforeAll(async () => {
    for (const cluster of clusters) {
      await sure(kubectl(cluster, ["apply", "--server-side", "-f", definitions]));
    }
  }, 120_000);

  it("takes the place of a VirtualService without a failed request, and obeys its weights at both ingresses", async () => {
    await loadBoth(async () => sure(apply(file)), 5);
    const verified = await isthmus(["verify", "-f", file]);
    expect(`${verified.code} ${verified.out} ${verified.err}`).toMatch(/^0/);
    const figures = await loadBoth(async () => {}, 8);
    expect(figures.map((one) => one.sent > 0 && fitsShareOfV1(one, 0.1))).toEqual([true, true]);
    for (const cluster of clusters) {
      const kinds = "virtualservices.networking.istio.io,destinationrules.networking.istio.io";
      expect((await kubectl(cluster, ["get", kinds, "-n", "sample", "-o", "name"])).out).toBe("");
    }
    expect((await isthmus(["plan", "-f", file, "--detailed-exitcode"])).code).toBe(0);
    const checked = await isthmus(["check", "-f", file]);
    expect(`${checked.code} ${checked.out} ${checked.err}`).toMatch(/^0/);
  });

  it("is shifted with requests under way, proven step by step, and shown", async () => {
    const steps = ["--steps", "50,100", "--every", "2s", "--max-error-rate", "1%"];
    const shift = ["shift", "helloworld", "v1=100", "v2=0", ...steps, "-f", file, "--yes"];
    await loadBoth(async () => sure(isthmus(shift)), 3);
    const figures = await loadBoth(async () => {}, 3);
    expect(figures.map(({ sent, answered }) => answered["v1"] === sent)).toEqual([true, true]);
    expect((await isthmus(["status", "-f", file])).out).toMatch(/v1=100/);
    const explained = await isthmus(["route", "explain", "helloworld", "-f", file]);
    expect(explained.out).toMatch(/rule 1 of 1: .*sample\.helloworld\.0.*\n.*\n +v1 +100 %/);
    expect(explained.code).toBe(0);
  });

  it("has its weights named by check when somebody has changed them by hand, and an apply heals it", async () => {
    const patch = JSON.stringify([{ op: "replace", path: "/spec/rules/0/backendRefs/0/weight", value: 1 }]);
    const words = ["-n", "sample", "patch", `httproutes.${group}`, "helloworld", "--type=json", "-p", patch];
    await sure(kubectl("east", words));
    await sure(kubectl("east", [...words.slice(0, -1), patch.replace("/0/weight", "/1/weight")]));
    const checked = await isthmus(["check", "-f", file]);
    expect(checked.code).not.toBe(0);
    expect(checked.out).toContain("HTTPRoute sample/helloworld of east has v1=1 v2=1");
    expect(checked.out).not.toContain("Whoever made HTTPRoute");
    await sure(apply(file, "--force-conflicts"));
    const healed = await isthmus(["check", "-f", file]);
    expect(`${healed.code} ${healed.out}`).toMatch(/^0/);
  });

  it("is not drained, and keeps its traffic", async () => {
    const ran = await isthmus(["drain", "east", "--service", "helloworld", "-f", file, "--yes"]);
    expect(ran.code).not.toBe(0);
    expect(ran.err).toContain("ISM601");
  });

  it("leaves nothing behind when it is a VirtualService again, without a failed request", async () => {
    await loadBoth(async () => sure(apply(meshFile(), "--force-conflicts")), 5);
    for (const cluster of clusters) {
      const left = await kubectl(cluster, ["get", `gateways.${group},httproutes.${group}`, "-A", "-o", "name"]);
      expect(left.out).toBe("");
      const services = await kubectl(cluster, ["-n", "sample", "get", "services", "-o", "name"]);
      expect(services.out.trim()).toBe("service/helloworld");
    }
  });
});
