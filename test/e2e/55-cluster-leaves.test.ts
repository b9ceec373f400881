import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { partOfToday } from "../part-of-today.ts";
import { killNode, reviveNodes } from "./node-processes.ts";
import { forwardPort } from "./forward-port.ts";
import {
  contextOf,
  freshFolder,
  isthmus,
  kubectl,
  meshFile,
  sandboxKubeconfig,
  writeHelloworldOf,
  writeMeshFile,
} from "./world.ts";

interface MeshText {
  spec: {
    clusters: { name: string }[];
    services: { versions: Record<string, { clusters: string[] }>; routes: { weights: Record<string, number> }[] }[];
  };
}

interface Proof {
  readonly cluster: string;
  readonly ok: boolean;
  readonly endpoints: readonly { readonly seen: readonly string[]; readonly foreign: readonly string[] }[];
}

/** The mesh with one version that runs in these clusters, and no other cluster. */
function meshOf(clusters: readonly string[]): string {
  const file = writeMeshFile(freshFolder(), (text) => {
    const mesh = parse(text) as MeshText;
    mesh.spec.clusters = mesh.spec.clusters.filter(({ name }) => clusters.includes(name));
    for (const service of mesh.spec.services) {
      service.versions = { v1: { clusters: [...clusters] } };
      service.routes.forEach((route) => (route.weights = { v1: 100 }));
    }
    return stringify(mesh);
  });
  writeHelloworldOf("v1", path.dirname(file));
  return file;
}

let both = "";
let alone = "";
let gateway = "";

beforeAll(async () => {
  both = meshOf(["west", "east"]);
  alone = meshOf(["west"]);
});

afterAll(reviveNodes);

async function inWest(...args: readonly string[]): Promise<string> {
  return (await kubectl("west", args)).out;
}

/** Everything that the proxy beside west's helloworld knows, from its own admin page. */
async function sidecarsTable(): Promise<string> {
  const options = ["--kubeconfig", sandboxKubeconfig(), "--context", contextOf("west"), "-n", "sample"];
  return forwardPort([...options, "deploy/helloworld-v1", ":15000"], async (port) =>
    (await fetch(`http://127.0.0.1:${port}/clusters`)).text(),
  );
}

/** Both clusters joined, and west's proxies with east's gateway. */
async function join(): Promise<void> {
  const ran = await isthmus(["apply", "-f", both, "--yes", "--prune", "--force-conflicts"]);
  expect(ran.err).not.toContain("error[");
  expect(ran.code).toBe(0);
  const jsonpath = "jsonpath={.status.loadBalancer.ingress[0].ip}";
  const found = await kubectl("east", [
    "-n",
    "istio-system",
    "get",
    "service",
    "istio-eastwestgateway",
    "-o",
    jsonpath,
  ]);
  gateway = `${found.out}:15443`;
  expect(gateway).toMatch(/^172\.30\.\d+\.\d+:15443$/);
  expect(await sidecarsTable()).toContain(gateway);
}

/** West is a mesh of its own: no remote secret, no endpoint of east in any proxy, every request answered. */
async function expectAlone(): Promise<void> {
  expect(await inWest("-n", "istio-system", "get", "secrets", "-o", "name")).not.toContain("istio-remote-secret");
  const verified = await isthmus(["verify", "-f", alone, "-o", "json"]);
  const { proofs } = JSON.parse(verified.out) as { readonly proofs: readonly Proof[] };
  expect(proofs.map(({ cluster, ok }) => ({ cluster, ok }))).toEqual([{ cluster: "west", ok: true }]);
  expect(proofs[0]?.endpoints.flatMap(({ foreign }) => foreign)).toEqual([]);
  expect(await sidecarsTable()).not.toContain(gateway);
  expect((await isthmus(["plan", "-f", alone, "--prune", "--detailed-exitcode"])).code).toBe(0);
}

describe("a cluster that is taken out of the mesh file", () => {
  it("stays in the mesh without --prune, and plan says so", async () => {
    await join();
    const plan = await isthmus(["plan", "-f", alone]);
    expect(plan.out).toContain("- Secret istio-system/istio-remote-secret-east");
    expect(plan.err).toContain("warning[ISM224]");
    const ran = await isthmus(["apply", "-f", alone, "--yes", "--timeout", "1m"]);
    expect(ran.err).toContain("warning[ISM224]");
    expect(ran.code).toBe(0);
    expect(await sidecarsTable()).toContain(gateway);
  });

  it.each(partOfToday(["alive", "dead"], 2))(
    "is gone from the others with --prune while it is %s: secret, istiod, and every proxy's endpoints",
    async (state) => {
      if (state === "dead") {
        await killNode("east");
        const dead = await isthmus(["plan", "-f", both]);
        expect(dead.code).toBe(69);
      }
      const ran = await isthmus(["apply", "-f", alone, "--yes", "--prune"]);
      expect(ran.err).not.toContain("error[");
      expect(ran.code).toBe(0);
      await expectAlone();
    },
  );

  it("joins again when it is alive and put back", async () => {
    await reviveNodes();
    await join();
    expect((await isthmus(["verify", "-f", both])).code).toBe(0);
  });
});

// Retried once, since one in a thousand true splits is called wrong by design.
it("takes a version away from a cluster together with its endpoints in the others", { retry: 1 }, async () => {
  const ran = await isthmus(["apply", "-f", meshFile(), "--yes", "--prune"]);
  expect(ran.err).not.toContain("error[");
  expect(ran.code).toBe(0);
  expect((await isthmus(["verify", "-f", meshFile()])).code).toBe(0);
});
