import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { dropPackets, passPackets } from "../e2e/node-processes.ts";
import { isthmus, kubectl, meshFile } from "../e2e/world.ts";

// A network between the clusters that swallows packets: every API server says that all is well.
beforeAll(async () => {
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
});

afterAll(async () => {
  await passPackets("east").catch(() => undefined);
});

async function ingressOf(cluster: string): Promise<string> {
  const service = ["-n", "istio-system", "get", "service", "istio-ingressgateway", "-o"];
  return (await kubectl(cluster, [...service, "jsonpath={.status.loadBalancer.ingress[0].ip}"])).out;
}

/** How many of some requests at the ingress of west are answered by an application. */
async function answered(address: string, requests: number): Promise<number> {
  const all = await Promise.all(
    Array.from({ length: requests }, async () =>
      fetch(`http://${address}/hello`, { signal: AbortSignal.timeout(25_000) }).then(
        ({ status }) => (status === 200 ? 1 : 0),
        () => 0,
      ),
    ),
  );
  return all.reduce<number>((sum, one) => sum + one, 0);
}

it("names a gateway to which no connection comes about, and nothing once it does", async () => {
  const address = await ingressOf("west");
  // A proxy that has reached the gateway before cannot tell, so west's begin anew.
  const restart = ["-n", "istio-system", "rollout"];
  await dropPackets("east", "15443");
  await kubectl("west", [...restart, "restart", "deploy/istio-ingressgateway"]);
  await kubectl("west", [...restart, "status", "deploy/istio-ingressgateway", "--timeout=120s"]);
  await vi.waitFor(async () => {
    await answered(address, 12);
    const found = await isthmus(["check", "-f", meshFile(), "-o", "json"]);
    const { causes } = JSON.parse(found.out) as {
      readonly causes: readonly {
        readonly code: string;
        readonly severity: string;
        readonly cluster: string;
        readonly remote?: string;
      }[];
    };
    expect(causes.filter(({ severity }) => severity === "error")).toMatchObject([
      { code: "ISM622", cluster: "west", remote: "east" },
    ]);
    expect(found.code).toBe(3);
  }, 120_000);
  await passPackets("east");
  await vi.waitFor(async () => expect(await answered(address, 12)).toBe(12), 60_000);
  await vi.waitFor(async () => expect((await isthmus(["check", "-f", meshFile()])).code).toBe(0), 60_000);
});
