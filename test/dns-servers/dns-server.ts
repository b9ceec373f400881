import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { Resolver } from "node:dns/promises";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Secret } from "../../src/core/secret.ts";
import type { DnsZone } from "../../src/providers/dns/dns-provider.ts";
import { openDnsZone } from "../../src/providers/dns/open-dns-zone.ts";
import { freePort } from "./free-port.ts";
import { ensureDebianPrograms, type DebianPrograms } from "../../src/sandbox/front-door/debian-programs.ts";

/**
 * Keys that every server has: of all names, of A and TXT of `app.example.test`, of none, and of A, AAAA and TXT of
 * `least.example.test` and below.
 */
export const keyNames = ["full", "limited", "nogrant", "least"] as const;

export type KeyName = (typeof keyNames)[number];

/** What a server of one kind is made of. */
export interface ServerKind {
  readonly kind: "BIND" | "Knot" | "PowerDNS";
  readonly packages: readonly string[];
  /** Writes configuration and zones into the folder, and gives the words that start the server in the foreground. */
  readonly prepare: (place: ServerFolder) => Promise<readonly [string, ...string[]]>;
}

export interface ServerFolder {
  readonly folder: string;
  readonly port: number;
  readonly secrets: Readonly<Record<KeyName, string>>;
  readonly programs: DebianPrograms;
  /**
   * The zones and their text: `example.test`, which the keys may change, `ro.test`, which nobody may, and
   * `child.example.test`, a zone of its own.
   */
  readonly zones: Readonly<Record<string, string>>;
}

export interface RunningServer {
  readonly kind: ServerKind["kind"];
  readonly port: number;
  readonly secrets: Readonly<Record<KeyName, string>>;
  /** The zone `example.test` with the key that may change all of it, or as asked. */
  readonly zone: (change?: Partial<ZoneOptions>) => DnsZone;
  /** What a client that asks for the name is told, wildcards and all; sorted. */
  readonly ask: (name: string, type: "A" | "AAAA" | "TXT") => Promise<readonly string[]>;
  /** What the server has printed since it was last started. */
  readonly log: () => string;
  /** Ends it as a power cut does, and starts it again. */
  readonly restart: () => Promise<void>;
  /** Ends it by that signal. */
  readonly end: (signal: "SIGKILL" | "SIGSTOP" | "SIGCONT") => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface ZoneOptions {
  readonly zone: string;
  readonly key: string | undefined;
  readonly secret: string;
  readonly algorithm: string;
}

const packages = ["bind9", "bind9-dnsutils", "knot", "pdns-backend-sqlite3", "pdns-server", "sqlite3"];

/** Starts a server on a loopback port with data of its own; it answers when this is done. */
export async function startServer(kind: ServerKind): Promise<RunningServer> {
  const programs = await ensureDebianPrograms({
    packages,
    env: process.env,
    signal: AbortSignal.timeout(300_000),
    onProgress: () => undefined,
  });
  const folder = await mkdtemp(path.join(tmpdir(), `isthmus-${kind.kind.toLowerCase()}-`));
  const port = await freePort();
  const secrets = Object.fromEntries(keyNames.map((name) => [name, randomBytes(32).toString("base64")])) as Record<
    KeyName,
    string
  >;
  const command = await kind.prepare({ folder, port, secrets, programs, zones });
  let running = run(command, folder);
  const zone: RunningServer["zone"] = (change = {}) => zoneAt(port, { ...defaults(secrets), ...change });
  await untilAnswers(zone(), running);
  return {
    kind: kind.kind,
    port,
    secrets,
    zone,
    ask: async (name, type) => {
      const resolver = new Resolver();
      resolver.setServers([`127.0.0.1:${port}`]);
      const answers = await resolver.resolve(name, type).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENODATA" || error.code === "ENOTFOUND") {
          return [];
        }
        throw error;
      });
      return (answers as readonly (string | readonly string[])[]).map((one) => [one].flat().join("")).toSorted();
    },
    log: () => running.log.join(""),
    restart: async () => {
      await ended(running, "SIGKILL");
      running = run(command, folder);
      await untilAnswers(zone(), running);
    },
    end: async (signal) => {
      await (signal === "SIGKILL" ? ended(running, signal) : Promise.resolve(running.child.kill(signal)));
    },
    stop: async () => {
      await ended(running, "SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const head = (zone: string): string =>
  [
    "$TTL 300",
    `@ IN SOA ns.${zone}. hostmaster.${zone}. 1 3600 600 86400 60`,
    `@ IN NS ns.${zone}.`,
    "ns IN A 127.0.0.1",
  ].join("\n");

const zones = {
  "example.test": `${head("example.test")}\nchild IN NS ns\naway IN NS ns.elsewhere.test.\n`,
  "child.example.test": `${head("child.example.test")}\n`,
  "ro.test": `${head("ro.test")}\n`,
};

const defaults = (secrets: Readonly<Record<KeyName, string>>): ZoneOptions => ({
  zone: "example.test",
  key: "full",
  secret: secrets.full,
  algorithm: "hmac-sha256",
});

function zoneAt(port: number, { zone, key, secret, algorithm }: ZoneOptions): DnsZone {
  return openDnsZone({
    kind: "rfc2136",
    zone,
    server: "127.0.0.1",
    port,
    ...(key === undefined ? {} : { tsig: { name: key, algorithm, secret: new Secret(secret) } }),
  });
}

interface Running {
  readonly child: ChildProcess;
  readonly log: string[];
}

function run([program, ...args]: readonly [string, ...string[]], cwd: string): Running {
  const child = spawn("setpriv", ["--pdeathsig", "KILL", "--", program, ...args], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => log.push(chunk.toString()));
  }
  return { child, log };
}

async function ended({ child }: Running, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal);
    await once(child, "exit");
  }
}

async function untilAnswers(zone: DnsZone, running: Running): Promise<void> {
  const until = Date.now() + 30_000;
  for (;;) {
    try {
      await zone.probe(AbortSignal.timeout(5000));
      return;
    } catch (error) {
      if (Date.now() > until || running.child.exitCode !== null) {
        throw new Error(`${(error as Error).message}\n${running.log.join("")}`, { cause: error });
      }
      await pause(50);
    }
  }
}
