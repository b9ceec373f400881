import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import type { FakeClusters } from "../../src/cli/testing/fake-clusters.ts";
import { inFreshWorld } from "./fresh-world.ts";
import type { Running } from "./run-program.ts";
import { buildProgram, runProgram } from "./run-program.ts";

beforeAll(buildProgram);

/** Where a command may meet a file that never answers. */
const places: readonly (readonly [string, (world: FakeClusters, pipe: string) => Promise<readonly string[]>])[] = [
  ["the mesh file", async (_, pipe) => ["apply", "--yes", "-f", pipe]],
  ["a saved plan", async (_, pipe) => ["apply", "--yes", pipe]],
  ["the kubeconfig", async (_, pipe) => ["apply", "--yes", "--kubeconfig", pipe]],
  [
    "a service's manifests",
    async (world, pipe) => {
      await rm(path.join(world.folder, "helloworld.yaml"));
      await symlink(pipe, path.join(world.folder, "helloworld.yaml"));
      return ["apply", "--yes"];
    },
  ],
  [
    "a token file",
    async (world, pipe) => {
      const file = path.join(world.folder, "kubeconfig");
      const named = (name: string): string =>
        `{ name: ${name}, cluster: { server: "${world.servers[name]?.url ?? ""}" } }`;
      await writeFile(
        file,
        `apiVersion: v1
kind: Config
clusters: [${named("west")}, ${named("east")}]
users: [{ name: me, user: { tokenFile: ${pipe} } }]
contexts: [{ name: west, context: { cluster: west, user: me } }, { name: east, context: { cluster: east, user: me } }]
`,
      );
      return ["apply", "--yes"];
    },
  ],
];

/** Opens the pipe's other end once the program reads from it; nothing is ever written. */
async function waitForReader(pipe: string, { child }: Running): Promise<number> {
  for (;;) {
    expect(child.exitCode).toBeNull();
    try {
      return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      expect(error).toMatchObject({ code: "ENXIO" });
      await pause(10);
    }
  }
}

describe("a file that never answers", () => {
  it.each(places)("is left at the first Ctrl-C: %s", async (_, prepare) => {
    await inFreshWorld(async (world) => {
      const pipe = path.join(world.folder, "pipe");
      execFileSync("mkfifo", [pipe]);
      const running = runProgram(world, await prepare(world, pipe));
      const otherEnd = await waitForReader(pipe, running);
      running.child.kill("SIGINT");
      const { code, err } = await running.ended;
      closeSync(otherEnd);
      expect(err).toContain("Interrupted.");
      expect(code).toBe(130);
      expect(Object.values(world.servers).flatMap(({ store }) => store.all())).toEqual([]);
    });
  });
});
