import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import type { Damage } from "./world.ts";
import { contextOf, deadServer, freshFolder, isthmus, meshWith, writeMeshFile } from "./world.ts";

it("names an unknown context at its place in the mesh file, and near ones", async () => {
  const file = writeMeshFile(freshFolder(), (text) => text.replace(contextOf("east"), `${contextOf("east")}x`));
  const ran = await isthmus(["plan", "-f", file]);
  expect(ran.code).toBe(65);
  expect(ran.err).toMatch(/mesh\.yaml:\d+:\d+ error\[ISM251\]/);
  expect(ran.err).toContain(contextOf("east"));
});

const table: readonly [string, Damage, RegExp][] = [
  ["an API server that does not answer", deadServer, /refused|does not answer/i],
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
  const file = meshWith(damage);
  const ran = await isthmus(["plan", "-f", file]);
  expect(ran.code).toBe(69);
  expect(ran.err).toMatch(expected);
  expect(ran.out).toContain("west");
  expect(ran.err).not.toContain("not-a-token-of-this-cluster");
});

it("does the others and says with exit code 4 what is left, when a cluster of a standing mesh is away", async () => {
  const ran = await isthmus(["apply", "-f", meshWith(deadServer), "--yes"]);
  expect(ran.code).toBe(4);
  expect(ran.out).toMatch(/√ west/);
  expect(ran.out).toMatch(/× east {2}does not answer/);
});

it("does not touch a cluster that is in another mesh", async () => {
  const file = writeMeshFile(freshFolder(), (text) => text.replace("name: sandbox", "name: other"));
  const ran = await isthmus(["apply", "-f", file, "--yes"]);
  expect(ran.code).toBe(1);
  expect(ran.err).toContain("ISM201");
  expect(ran.err).toContain("sandbox");
});

it("is one cause of check, which judges the other cluster all the same", async () => {
  const ran = await isthmus(["check", "-f", meshWith(deadServer), "-o", "json"]);
  const report = JSON.parse(ran.out) as {
    readonly causes: readonly { readonly check: string; readonly cluster?: string }[];
    readonly results: readonly { readonly id: string; readonly state: string }[];
  };
  expect(report.causes.map((one) => [one.check, one.cluster])).toEqual([["access/clusters-answer", "east"]]);
  expect(report.results.find((one) => one.id === "control-plane/istiod-ready")?.state).toBe("ok");
  expect(ran.code).toBe(3);
});
