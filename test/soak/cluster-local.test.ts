import { expect, it, vi } from "vitest";
import { parse, stringify } from "yaml";
import { freshFolder, isthmus, writeMeshFile } from "../e2e/world.ts";

/** The example with both versions in both clusters. */
function writeMesh(exported: boolean): string {
  return writeMeshFile(freshFolder(), (text) => {
    const mesh = parse(text) as { spec: { services: [Record<string, object>] } };
    const [first] = mesh.spec.services;
    const both = { clusters: ["west", "east"] };
    first["versions"] = { v1: both, v2: both };
    Object.assign(first, exported ? {} : { export: false });
    return stringify(mesh);
  });
}

/** Per ingress, the clusters that requests of the route may end in. */
async function clustersReached(file: string, from: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const ran = await isthmus(["route", "explain", "helloworld", "-f", file, "--from", from, "-o", "json"]);
  const { explanations } = JSON.parse(ran.out) as {
    readonly explanations: readonly {
      readonly cluster: string;
      readonly destinations: readonly { readonly endpoints: readonly { readonly cluster: string }[] }[];
    }[];
  };
  return Object.fromEntries(
    explanations.map(({ cluster, destinations }) => [
      cluster,
      [...new Set(destinations.flatMap(({ endpoints }) => endpoints.map((one) => one.cluster)))].toSorted(),
    ]),
  );
}

const everywhere = { west: ["east", "west"], east: ["east", "west"] };
const atHome = { west: ["west"], east: ["east"] };

it("keeps a service in its cluster, for gateways and sidecars, and lets it out again, without a restart", async () => {
  const [open, closed] = [writeMesh(true), writeMesh(false)];
  for (const [file, expected] of [
    [open, everywhere],
    [closed, atHome],
    [open, everywhere],
  ] as const) {
    const ran = await isthmus(["apply", "-f", file, "--yes", "--prune", "--force-conflicts"]);
    expect(ran.err).not.toContain("error[");
    expect(ran.code).toBe(0);
    for (const from of ["gateway", "mesh"]) {
      await vi.waitFor(async () => expect(await clustersReached(file, from)).toEqual(expected), {
        timeout: 60_000,
        interval: 2000,
      });
    }
    expect((await isthmus(["verify", "-f", file])).code).toBe(0);
    expect((await isthmus(["check", "-f", file])).code).toBe(0);
    expect((await isthmus(["plan", "-f", file, "--detailed-exitcode"])).code).toBe(0);
  }
});
