import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { inFreshWorld } from "./fresh-world.ts";
import { buildProgram, runProgram } from "./run-program.ts";

beforeAll(buildProgram);

/** Answers for its version, and renders for as long as the program lives that has called it. */
const endless = `#!/bin/sh
case "$1" in
  version) echo '{"clientVersion":{"version":"1.27.3"}}' ;;
  *) while kill -0 "$PPID" 2>/dev/null; do sleep 0.05; done ;;
esac
`;

describe("a renderer's folder", () => {
  it("goes with the next command when the one before was killed", async () => {
    await inFreshWorld(async (fresh) => {
      const temporary = path.join(fresh.folder, "tmp");
      await mkdir(temporary);
      const world = { ...fresh, env: { ...fresh.env, TMPDIR: temporary } };
      const istioctl = path.join(world.folder, "istioctl");
      const usual = await readFile(istioctl, "utf8");
      await writeFile(istioctl, endless);
      const running = runProgram(world, ["apply", "--yes"]);
      while ((await readdir(temporary)).length === 0) {
        expect(running.child.exitCode).toBeNull();
        await pause(10);
      }
      running.child.kill("SIGKILL");
      await running.ended;
      expect(await readdir(temporary)).not.toEqual([]);
      await writeFile(istioctl, usual);
      const { code, err } = await runProgram(world, ["apply", "--yes"]).ended;
      expect(err).not.toContain("error[");
      expect(code).toBe(0);
      expect(await readdir(temporary)).toEqual([]);
    });
  });
});
