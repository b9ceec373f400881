import { Buffer } from "node:buffer";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { unpackTar } from "modern-tar";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { folder, freshFolder, isthmus, kubectl, meshFile, sandboxKubeconfig } from "./world.ts";

interface SecretList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly data?: Readonly<Record<string, string>>;
  }[];
}

/** Everything that must never be printed: the root's key, intermediates' keys, reader tokens, remote kubeconfigs, admin keys. */
async function knownSecrets(): Promise<readonly string[]> {
  const kubeconfig = readFileSync(sandboxKubeconfig(), "utf8");
  const lists = await Promise.all(
    ["west", "east"].map(async (cluster) => {
      const ran = await kubectl(cluster, ["-n", "istio-system", "get", "secrets", "-o", "json"]);
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

it("packs a support bundle of both clusters without a secret in it, whose facts check can judge", async () => {
  const secrets = await knownSecrets();
  const out = path.join(freshFolder(), "bundle.tar.gz");
  const ran = await isthmus(["support-bundle", "-f", meshFile(), "--out", out]);
  expect(ran.code).toBe(0);
  expect(statSync(out).mode & 0o777).toBe(0o600);
  const entries = await unpackTar(new Uint8Array(gunzipSync(readFileSync(out))));
  const files = new Map(
    entries.map(({ header, data }) => [
      header.name.slice(header.name.indexOf("/") + 1),
      Buffer.from(data ?? []).toString("utf8"),
    ]),
  );
  expect(JSON.parse(files.get("missing.json") ?? "")).toEqual([]);
  const forms = secrets.flatMap((secret) => [secret, Buffer.from(secret, "utf8").toString("base64").slice(0, -4)]);
  const leaks = [...files].flatMap(([name, text]) => (forms.some((form) => text.includes(form)) ? [name] : []));
  expect(leaks).toEqual([]);
  for (const cluster of ["west", "east"]) {
    const logs = [...files].filter(
      ([name]) => name.startsWith(`clusters/${cluster}/istiod/`) && name.endsWith("log.txt"),
    );
    expect(logs.map(([, text]) => text.length > 1000)).toEqual([true]);
    const dumps = [...files].filter(
      ([name]) => name.startsWith(`clusters/${cluster}/gateways/`) && name.endsWith("dump.json"),
    );
    expect(dumps.length).toBe(2);
    expect(dumps.every(([, text]) => text.includes("ClustersConfigDump") && !text.includes("SecretsConfigDump"))).toBe(
      true,
    );
  }
  const facts = path.join(path.dirname(out), "facts.json");
  writeFileSync(facts, files.get("facts.json") ?? "");
  const judged = await isthmus(["check", "--facts-from", facts, "-o", "json"]);
  expect(JSON.parse(judged.out)).toMatchObject({ kind: "CheckReport", ok: true });
  expect(judged.code).toBe(0);
});
