import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { enginesKubectl, folder, isthmus, kubectl, meshFile, sandboxState } from "./world.ts";

interface SecretList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly data?: Readonly<Record<string, string>>;
  }[];
}

/** Everything that must never be printed: the root's key, intermediates' keys, reader tokens, remote kubeconfigs, admin keys. */
async function knownSecrets(): Promise<readonly string[]> {
  const state = await sandboxState();
  const kubeconfig = readFileSync(state.kubeconfig, "utf8");
  const program = await enginesKubectl();
  const lists = await Promise.all(
    ["west", "east"].map(async (cluster) => {
      const ran = await kubectl(cluster, ["-n", "istio-system", "get", "secrets", "-o", "json"], program);
      return (JSON.parse(ran.out) as SecretList).items;
    }),
  );
  const inClusters = lists
    .flat()
    .flatMap((secret) =>
      Object.entries(secret.data ?? {}).flatMap(([key, value]) =>
        /key|token|^west$|^east$/.test(key) ? [value, ...longestLines(Buffer.from(value, "base64").toString())] : [],
      ),
    );
  const users = (parse(kubeconfig) as { users: { user: Record<string, string> }[] }).users;
  const adminKeys = users.flatMap(({ user }) => user["client-key-data"] ?? user["token"] ?? []);
  const root = readFileSync(path.join(folder(), "data", "meshes", "sandbox", "root-key.pem"), "utf8");
  return [...inClusters, ...adminKeys, ...longestLines(root)];
}

/** The lines of a text that are long enough to belong to it alone. */
function longestLines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line.length >= 40 && !line.startsWith("-----"));
}

it("prints no key, no token and no kubeconfig in any output, with or without -v", async () => {
  const secrets = await knownSecrets();
  expect(secrets.length).toBeGreaterThan(10);
  const file = meshFile();
  const commands: readonly (readonly string[])[] = [
    ["render", "-f", file],
    ["render", "-f", file, "-o", "json"],
    ["plan", "-f", file, "-v"],
    ["plan", "-f", file, "-o", "json"],
    ["apply", "-f", file, "--yes", "-v"],
    ["status", "-f", file, "-o", "json"],
    ["verify", "-f", file, "-o", "json", "-v"],
    ["sandbox", "status", "--instance", "e2e", "-o", "json"],
  ];
  for (const command of commands) {
    const ran = await isthmus(command);
    const shown = ran.out + ran.err;
    expect(secrets.filter((secret) => shown.includes(secret))).toEqual([]);
    expect(shown.length).toBeGreaterThan(20);
  }
});
