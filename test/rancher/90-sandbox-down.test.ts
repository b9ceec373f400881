import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { isthmus } from "../e2e/world.ts";

const other = "e2e-down";

function shell(command: string): string {
  return execFileSync("sh", ["-c", command], { encoding: "utf8" });
}

function linesOf(command: string): readonly string[] {
  return shell(command).split("\n");
}

const isthmusLinks = "ip -o link | cut -d: -f2 | grep isth || true";

/** Everything of the sandbox that can be seen from outside of this program. */
function remains(): string[] {
  const cgroups = readdirSync("/sys/fs/cgroup").flatMap((name) => {
    const folder = path.join("/sys/fs/cgroup", name);
    return name.startsWith(`isthmus-${other}`)
      ? [folder]
      : listFolders(folder).filter((one) => path.basename(one).startsWith(`isthmus-${other}`));
  });
  const processes = readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && !isZombie(pid))
    .filter(
      (pid) =>
        readOrEmpty(`/proc/${pid}/cgroup`).includes(`isthmus-${other}`) ||
        readOrEmpty(`/proc/${pid}/cmdline`).includes(`sandbox/${other}`),
    );
  const lines = [...shell("ip netns").split("\n"), ...readFileSync("/proc/self/mounts", "utf8").split("\n")];
  return [
    ...cgroups,
    ...processes.map((pid) => `process ${pid}`),
    ...lines.filter((line) => line.includes(`isthmus-${other}`) || line.includes(`sandbox/${other}`)),
  ];
}

/** Ended already; only whoever adopted it has not noticed yet. */
function isZombie(pid: string): boolean {
  return /^State:\s+Z/m.test(readOrEmpty(`/proc/${pid}/status`));
}

function listFolders(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => path.join(folder, name));
  } catch {
    return [];
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

it("starts nodes again that were killed, and leaves nothing behind after another kill and a down", async () => {
  const routes = linesOf("ip route");
  const links = linesOf(isthmusLinks);
  const up = await isthmus(["sandbox", "up", "--instance", other, "--names", "solo", "--rancher", "-o", "json"]);
  expect(up.code).toBe(0);
  const { folder } = JSON.parse(up.out) as { folder: string };
  const kill = (): void => {
    const nodes = readdirSync("/proc").filter((pid) =>
      readOrEmpty(`/proc/${pid}/cmdline`).includes(`sandbox node ${folder}`),
    );
    expect(nodes.length).toBeGreaterThan(0);
    for (const pid of nodes) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch (error) {
        // It ended with the one before it: a node's processes hang together.
        expect(error).toMatchObject({ code: "ESRCH" });
      }
    }
  };
  kill();
  const repaired = await isthmus(["sandbox", "up", "--instance", other]);
  expect(repaired.out).toContain("is up");
  expect(repaired.code).toBe(0);
  kill();
  const down = await isthmus(["sandbox", "down", "--instance", other]);
  expect(down.err + down.out).toContain("is gone");
  expect(remains()).toEqual([]);
  expect(existsSync(folder)).toBe(false);
  // The sandbox of the tests beside these may go down meanwhile.
  expect(linesOf("ip route").filter((line) => !routes.includes(line))).toEqual([]);
  expect(linesOf(isthmusLinks).filter((line) => !links.includes(line))).toEqual([]);
});
