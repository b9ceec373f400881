import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { cacheFolder } from "../../../src/sandbox/engine/cache-folder.ts";
import { freePort } from "../free-port.ts";

const runFile = promisify(execFile);
const here = path.dirname(fileURLToPath(import.meta.url));

export interface RunningDesignate {
  readonly authUrl: string;
  readonly stop: () => Promise<void>;
}

/** A real Designate with the zone `example.test`; its packages come from the Python package index once, into the cache. */
export async function startDesignate(): Promise<RunningDesignate> {
  const python = await ensurePython();
  const port = await freePort();
  const child = spawn("setpriv", ["--pdeathsig", "KILL", "--", python, path.join(here, "serve.py"), String(port)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => log.push(chunk.toString().slice(-500)));
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("ready")) {
        resolve();
      }
    });
    child.once("exit", () => reject(new Error(`Designate has ended: ${log.slice(-20).join("")}`)));
  });
  await ready;
  return {
    authUrl: `http://127.0.0.1:${port}/identity`,
    stop: async () => {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

async function ensurePython(): Promise<string> {
  const requirements = path.join(here, "requirements.txt");
  const key = createHash("sha256")
    .update(await readFile(requirements))
    .digest("hex")
    .slice(0, 16);
  const folder = path.join(cacheFolder(process.env), `designate-${key}`);
  const done = path.join(folder, "done");
  if (!existsSync(done)) {
    await rm(folder, { recursive: true, force: true });
    await runFile("python3", ["-m", "venv", folder]);
    await runFile(path.join(folder, "bin/pip"), ["-q", "install", "--no-deps", "-r", requirements], {
      timeout: 600_000,
    });
    await mkdir(`${done}.new`);
    await rename(`${done}.new`, done);
  }
  return path.join(folder, "bin/python");
}
