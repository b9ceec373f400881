import { afterAll, expect, it, vi } from "vitest";
import { parse, stringify } from "yaml";
import { expectNoAlarm } from "../faults/mesh.ts";
import { dropPackets, endTranslation, passPackets, translatePort } from "../e2e/node-processes.ts";
import { freshFolder, isthmus, kubectl, meshFile, writeMeshFile } from "../e2e/world.ts";

// A NAT before east: its gateway is reached at another address and port than its Service has, and at those not at all.
afterAll(async () => {
  await endTranslation("east").catch(() => undefined);
  await passPackets("east").catch(() => undefined);
});

const outside = "8443";

async function read(cluster: string, args: readonly string[]): Promise<string> {
  return (await kubectl(cluster, [...args])).out.trim();
}

async function ofGateway(cluster: string, fields: string): Promise<string> {
  return read(cluster, ["-n", "istio-system", "get", "service", "istio-eastwestgateway", "-o", `jsonpath={${fields}}`]);
}

/** The example with all requests for v2, which east runs, and east's gateway where the NAT stands. */
function writeMesh(eastWest?: object): string {
  return writeMeshFile(freshFolder(), (text) => {
    const mesh = parse(text) as {
      spec: {
        clusters: [object, Record<string, object>];
        services: [{ routes: [{ weights: Record<string, number> }] }];
      };
    };
    mesh.spec.services[0].routes[0].weights = { v1: 0, v2: 100 };
    if (eastWest !== undefined) {
      mesh.spec.clusters[1]["eastWest"] = eastWest;
    }
    return stringify(mesh);
  });
}

async function apply(file: string): Promise<void> {
  const ran = await isthmus(["apply", "-f", file, "--yes", "--prune", "--force-conflicts"]);
  expect(ran.err).not.toContain("error[");
  expect(ran.code).toBe(0);
}

/** How many of twelve requests at west's ingress are answered by v2. */
async function answered(): Promise<number> {
  const ingress = ["-n", "istio-system", "get", "service", "istio-ingressgateway", "-o"];
  const address = await read("west", [...ingress, "jsonpath={.status.loadBalancer.ingress[0].ip}"]);
  const all = await Promise.all(
    Array.from({ length: 12 }, async () =>
      fetch(`http://${address}/hello`, { signal: AbortSignal.timeout(4000) }).then(
        async (answer) => ((await answer.text()).includes("version: v2") ? 1 : 0),
        () => 0,
      ),
    ),
  );
  return all.reduce<number>((sum, one) => sum + one, 0);
}

it("joins clusters through a NAT, is content, and goes back to what the Service says", async () => {
  const plain = writeMesh();
  await apply(plain);
  await vi.waitFor(async () => expect(await answered()).toBe(12), 60_000);
  const pod = await read("east", [
    "-n",
    "istio-system",
    "get",
    "pods",
    "-l",
    "istio=eastwestgateway",
    "-o",
    "jsonpath={.items[0].status.podIP}",
  ]);
  const node = await read("east", [
    "get",
    "nodes",
    "-o",
    'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}',
  ]);
  await dropPackets("east", "15443");
  await translatePort("east", outside, `${pod}:15443`);
  await vi.waitFor(async () => expect(await answered()).toBe(0), 60_000);

  const behindNat = writeMesh({ addresses: [node], port: Number(outside) });
  await apply(behindNat);
  await vi.waitFor(async () => expect(await answered()).toBe(12), { timeout: 60_000, interval: 1000 });
  expect(await ofGateway("east", ".metadata.labels.topology\\.istio\\.io/network")).toBe("");
  expect((await isthmus(["verify", "-f", behindNat])).code).toBe(0);
  expect((await isthmus(["check", "-f", behindNat])).code).toBe(0);
  await expectNoAlarm(behindNat);
  expect((await isthmus(["plan", "-f", behindNat, "--detailed-exitcode"])).code).toBe(0);
  const explained = await isthmus([
    "route",
    "explain",
    "helloworld",
    "-f",
    behindNat,
    "--cluster",
    "west",
    "-o",
    "json",
  ]);
  expect(explained.out).toContain(`"${node}:${outside}"`);

  // The label put back by hand: istiod goes by the Service again.
  const label = ["-n", "istio-system", "label", "service", "istio-eastwestgateway"];
  await kubectl("east", [...label, "topology.istio.io/network=east-net"]);
  await vi.waitFor(async () => {
    const found = await isthmus(["check", "-f", behindNat, "-o", "json"]);
    const { causes } = JSON.parse(found.out) as {
      readonly causes: readonly {
        readonly code: string;
        readonly consequences: readonly { readonly code: string }[];
      }[];
    };
    expect(causes[0]?.code).toBe("ISM556");
    expect(causes[0]?.consequences.map(({ code }) => code)).toContain("ISM419");
  }, 60_000);
  await kubectl("east", [...label, "topology.istio.io/network-"]);
  await vi.waitFor(async () => expect(await answered()).toBe(12), 60_000);

  await endTranslation("east");
  await passPackets("east");
  await apply(plain);
  await vi.waitFor(async () => expect(await answered()).toBe(12), 60_000);
  expect((await isthmus(["check", "-f", plain])).code).toBe(0);
  await apply(meshFile());
});
