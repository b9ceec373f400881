import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { contextOf, freshFolder, isthmus, sandboxState, writeMeshFile } from "./world.ts";

interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, string> }[];
  users: { name: string; user: Record<string, string> }[];
  contexts: { name: string; context: { cluster: string; user: string } }[];
}

/** A mesh file whose east is reached through a kubeconfig that `damage` changed. */
async function meshWith(
  damage: (cluster: Record<string, string>, user: Record<string, string>) => void,
): Promise<string> {
  const into = freshFolder();
  const state = await sandboxState();
  const kubeconfig = parse(readFileSync(state.kubeconfig, "utf8")) as Kubeconfig;
  const context = kubeconfig.contexts.find((one) => one.name === contextOf("east"));
  const cluster = kubeconfig.clusters.find((one) => one.name === context?.context.cluster);
  const user = kubeconfig.users.find((one) => one.name === context?.context.user);
  if (cluster === undefined || user === undefined) {
    throw new Error("the sandbox's kubeconfig has the context of east");
  }
  damage(cluster.cluster, user.user);
  writeFileSync(path.join(into, "kubeconfig"), stringify(kubeconfig));
  // Another mesh ID would be found first; the mesh that stands is what an outage meets.
  return writeMeshFile(into, (text) =>
    text.replace("network: east-net,", "network: east-net, kubeconfig: kubeconfig,"),
  );
}

it("names an unknown context at its place in the mesh file, and near ones", async () => {
  const file = writeMeshFile(freshFolder(), (text) => text.replace(contextOf("east"), `${contextOf("east")}x`));
  const ran = await isthmus(["plan", "-f", file]);
  expect(ran.code).toBe(65);
  expect(ran.err).toMatch(/mesh\.yaml:\d+:\d+ error\[ISM251\]/);
  expect(ran.err).toContain(contextOf("east"));
});

const table: readonly [string, (cluster: Record<string, string>, user: Record<string, string>) => void, RegExp][] = [
  [
    "an API server that does not answer",
    (cluster) => (cluster["server"] = cluster["server"]?.replace(/:\d+$/, ":6444") ?? ""),
    /refused|does not answer/i,
  ],
  [
    "a CA that did not sign the server's certificate",
    (cluster) =>
      (cluster["certificate-authority-data"] = Buffer.from(
        readFileSync(path.join(import.meta.dirname, "other-ca.pem")),
      ).toString("base64")),
    /authority|CA/,
  ],
  [
    "credentials that the cluster does not know",
    (_cluster, user) => {
      for (const key of Object.keys(user)) {
        delete user[key];
      }
      user["token"] = "not-a-token-of-this-cluster";
    },
    /credential|401|Unauthorized/i,
  ],
];

it.each(table)("names %s, and plans the other cluster all the same", async (_name, damage, expected) => {
  const file = await meshWith(damage);
  const ran = await isthmus(["plan", "-f", file]);
  expect(ran.code).toBe(69);
  expect(ran.err).toMatch(expected);
  expect(ran.out).toContain("west");
  expect(ran.err).not.toContain("not-a-token-of-this-cluster");
});

it("does not touch a cluster that is in another mesh", async () => {
  const into = freshFolder();
  const file = writeMeshFile(into, (text) => text.replace("name: sandbox", "name: other"));
  copyFileSync(file, path.join(into, "copy.yaml"));
  const ran = await isthmus(["apply", "-f", file, "--yes"]);
  expect(ran.code).toBe(1);
  expect(ran.err).toContain("ISM201");
  expect(ran.err).toContain("sandbox");
});
