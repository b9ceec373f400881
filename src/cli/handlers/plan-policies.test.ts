import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";
import { putPolicyWorld } from "../testing/put-policies.ts";

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west", "east"], { living: true });
  putPolicyWorld(world);
  const file = path.join(world.folder, "mesh.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace("spec:", "spec:\n  hardening: { networkPolicies: true }"));
});

afterEach(async () => {
  await world.close();
});

const title = "  connections of pods that are there, by network policies";

/** What a plan says of connections, by cluster. */
function connectionsOf(out: string): readonly string[] {
  const lines = out.split("\n");
  return lines.filter((line) => /^ {4}[-+?] (closes|opens|not known)/.test(line)).map((line) => line.trim());
}

describe("a plan that writes network policies", () => {
  it("says in words what it closes for the pods that are there, and what it opens", async () => {
    const { out, code } = await world.run("plan");
    expect(out).toContain(title);
    expect(connectionsOf(out.slice(0, out.indexOf("\neast")))).toEqual([
      "- closes outside of the cluster at all ports from istio-system/istio-eastwestgateway (as before: 53, UDP 53 of 169.254.20.10/32)",
      "- closes outside of the cluster at all ports from sample/helloworld-v1 (as before: 53, UDP 53 of 169.254.20.10/32; 15443 of everywhere)",
      "- closes sample/helloworld-v1 at 5000 from outside of the cluster",
      "- closes sample/helloworld-v1 at 5000 from sample/curl, tools/tool",
    ]);
    expect(code).toBe(0);
    const { clusters } = JSON.parse((await world.run("plan -o json")).out) as {
      readonly clusters: readonly { readonly name: string; readonly connections?: object }[];
    };
    expect(clusters[0]?.connections).toMatchObject({
      opens: [],
      closes: [{ to: "sample/helloworld-v1" }],
      outside: { opens: [], closes: [{ direction: "egress" }, { direction: "egress" }, { direction: "ingress" }] },
    });
  });

  it("says that it does not know where pods may not be listed, and plans all the same", async () => {
    world.servers["west"]?.inject(
      { kind: "status", status: 403 },
      { matches: ({ method, url }) => method === "GET" && url.startsWith("/api/v1/pods"), times: Infinity },
    );
    const { out, code } = await world.run("plan");
    expect(connectionsOf(out.slice(0, out.indexOf("\neast")))).toEqual([
      "? not known: this account may not list the pods and policies of all namespaces",
    ]);
    expect(out).toContain("+ NetworkPolicy sample/np-helloworld");
    expect(code).toBe(0);
  });

  it("says what --prune opens once the mesh file asks for none any more", async () => {
    expect((await world.run("apply --yes")).code).toBe(0);
    const file = path.join(world.folder, "mesh.yaml");
    await writeFile(file, (await readFile(file, "utf8")).replace("networkPolicies: true", "networkPolicies: false"));
    const opened = "+ opens sample/helloworld-v1 at 5000 from outside of the cluster";
    const kept = await world.run("plan");
    expect(kept.out).toContain(`${title}, if --prune deletes those that are no longer asked for\n`);
    expect(connectionsOf(kept.out.slice(0, kept.out.indexOf("\neast")))).toContain(opened);
    const pruned = await world.run("plan --prune");
    expect(pruned.out).toContain(`${title}\n`);
    expect(connectionsOf(pruned.out.slice(0, pruned.out.indexOf("\neast")))).toContain(opened);
    const documented = async (command: string): Promise<object | undefined> => {
      const { clusters } = JSON.parse((await world.run(command)).out) as { readonly clusters: readonly object[] };
      return clusters[0];
    };
    expect(await documented("plan -o json")).not.toHaveProperty("connections");
    expect(await documented("plan -o json")).toHaveProperty("connectionsPruned.opens");
    expect(await documented("plan --prune -o json")).toHaveProperty("connections.opens");
  });

  it("says nothing of connections when no policy changes", async () => {
    await writeFile(
      path.join(world.folder, "mesh.yaml"),
      (await readFile(path.join(world.folder, "mesh.yaml"), "utf8")).replace(
        "networkPolicies: true",
        "networkPolicies: false",
      ),
    );
    expect((await world.run("plan")).out).not.toContain(title);
  });
});
