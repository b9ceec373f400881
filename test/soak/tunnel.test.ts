import { afterAll, expect, it, vi } from "vitest";
import { parse, stringify } from "yaml";
import { dropPackets, endTranslation, passPackets, translatePort } from "../e2e/node-processes.ts";
import { freshFolder, isthmus, kubectl, meshFile, writeMeshFile } from "../e2e/world.ts";

// East's API server answers everybody but west, which has a tunnel to it: another address and port, for which its certificate is not.
afterAll(async () => {
  await endTranslation("east").catch(() => undefined);
  await passPackets("east").catch(() => undefined);
});

const entry = "16443";

async function nodeOf(cluster: string): Promise<string> {
  const path = '{.items[0].status.addresses[?(@.type=="InternalIP")].address}';
  return (await kubectl(cluster, ["get", "nodes", "-o", `jsonpath=${path}`])).out.trim();
}

/** An address that leads to east's node and that nobody has: the last one of its load balancers. */
async function tunnelTo(cluster: string): Promise<string> {
  const service = ["-n", "istio-system", "get", "service", "istio-ingressgateway", "-o"];
  const { out } = await kubectl(cluster, [...service, "jsonpath={.status.loadBalancer.ingress[0].ip}"]);
  return out.trim().replace(/\d+$/, "254");
}

function writeMesh(seen?: object): string {
  return writeMeshFile(freshFolder(), (text) => {
    const mesh = parse(text) as { spec: { clusters: [object, Record<string, object>] } };
    if (seen !== undefined) {
      mesh.spec.clusters[1]["endpointSeenFrom"] = { west: seen };
    }
    return stringify(mesh);
  });
}

async function causes(file: string): Promise<readonly { readonly code: string; readonly fix?: string }[]> {
  const found = await isthmus(["check", "-f", file, "-o", "json"]);
  return (JSON.parse(found.out) as { readonly causes: readonly { readonly code: string; readonly fix?: string }[] })
    .causes;
}

it("joins a cluster that another one reaches through a tunnel only", async () => {
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
  const [west, east, address] = [await nodeOf("west"), await nodeOf("east"), await tunnelTo("east")];
  await dropPackets("east", "6443", west);
  await translatePort("east", entry, `${east}:6443`);
  // An istiod that has known east from before goes on with what it knew, so west's begins anew.
  await kubectl("west", ["-n", "istio-system", "rollout", "restart", "deploy/istiod"]);
  await vi.waitFor(async () => expect((await causes(meshFile())).map(({ code }) => code)).toContain("ISM436"), {
    timeout: 120_000,
    interval: 3000,
  });
  const server = `https://${address}:${entry}`;
  const named = writeMesh({ server, tlsServerName: "kubernetes" });
  expect((await isthmus(["apply", "-f", named, "--yes"])).code).toBe(0);
  expect((await isthmus(["verify", "-f", named])).code).toBe(0);
  await vi.waitFor(async () => expect(await causes(named)).toEqual([]), { timeout: 60_000, interval: 3000 });

  // The address alone is not a name of the certificate: istiod refuses what it sees there, and the apply says so. This machine does not try addresses of a sandbox that are no API server's.
  const unnamed = writeMesh({ server });
  const refused = await isthmus(["apply", "-f", unnamed, "--yes", "--timeout", "20s"]);
  expect(refused.code).toBe(4);
  expect(refused.err).toContain("ISM304");
  expect((await causes(unnamed)).map(({ code }) => code)).toEqual(["ISM436"]);
  expect((await isthmus(["apply", "-f", named, "--yes"])).code).toBe(0);
});
