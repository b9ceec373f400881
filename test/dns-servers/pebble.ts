import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Agent, request } from "undici";
import { exportPrivateKey } from "../../src/pki/keys.ts";
import { makeCertificate } from "../../src/pki/testing/make-certificate.ts";
import { freePort } from "./free-port.ts";

/** Pebble, the ACME server of Let's Encrypt for tests, on loopback. */
export interface Pebble {
  /** The directory's address. */
  readonly server: string;
  /** The authority of its own certificate, PEM. */
  readonly ca: string;
  /** The root of what it issues, PEM; another one after each start. */
  readonly root: () => Promise<string>;
  /** What it has written so far. */
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

export interface PebbleOptions {
  /** The program. */
  readonly pebble: string;
  /** Where it looks for records: `127.0.0.1:15301`. */
  readonly dns: string;
  /** Seconds of validity by profile. Default: one profile, `default`, of 90 days. */
  readonly profiles?: Readonly<Record<string, number>>;
  /** Percent of good nonces that it refuses. Default 5, Pebble's own. */
  readonly refusedNonces?: number;
  /** Further settings of its configuration. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Starts Pebble and waits until it answers. It looks for proofs at once and asks for each of them. */
export async function startPebble(options: PebbleOptions): Promise<Pebble> {
  const { pebble, dns, profiles = { default: 7_776_000 }, refusedNonces = 5, settings = {} } = options;
  const folder = await mkdtemp(path.join(os.tmpdir(), "isthmus-pebble-"));
  const [port, management] = [await freePort(), await freePort()];
  const now = Date.now();
  const authority = await makeCertificate({ name: "test authority", notBefore: new Date(now - 60_000) });
  const own = await makeCertificate({
    name: "localhost",
    issuer: authority,
    ca: false,
    hosts: ["localhost"],
    usages: null,
    notBefore: new Date(now - 60_000),
  });
  const [certificate, privateKey, config] = ["cert.pem", "key.pem", "config.json"].map((name) =>
    path.join(folder, name),
  );
  await writeFile(certificate ?? "", own.pem);
  await writeFile(privateKey ?? "", (await exportPrivateKey(own.keys.privateKey)).expose(), { mode: 0o600 });
  await writeFile(
    config ?? "",
    JSON.stringify({
      pebble: {
        listenAddress: `127.0.0.1:${port}`,
        managementListenAddress: `127.0.0.1:${management}`,
        certificate,
        privateKey,
        httpPort: 5002,
        tlsPort: 5001,
        ocspResponderURL: "",
        externalAccountBindingRequired: false,
        retryAfter: { authz: 1, order: 1 },
        profiles: Object.fromEntries(
          Object.entries(profiles).map(([name, validityPeriod]) => [name, { description: name, validityPeriod }]),
        ),
        ...settings,
      },
    }),
  );
  const child = spawn(pebble, ["-config", config ?? "", "-dnsserver", dns], {
    cwd: folder,
    env: { PEBBLE_VA_NOSLEEP: "1", PEBBLE_AUTHZREUSE: "0", PEBBLE_WFE_NONCEREJECT: String(refusedNonces) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close");
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  }
  const agent = new Agent({ connect: { ca: authority.pem } });
  const get = async (address: string, timeoutMs: number): Promise<string> =>
    (await request(address, { dispatcher: agent, signal: AbortSignal.timeout(timeoutMs) })).body.text();
  const server = `https://localhost:${port}/dir`;
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
    await agent.close();
    await rm(folder, { recursive: true, force: true });
  };
  await until(
    async () => get(server, 5000),
    stop,
    () => said,
  );
  return {
    server,
    ca: authority.pem,
    root: async () => get(`https://localhost:${management}/roots/0`, 60_000),
    log: () => said,
    stop,
  };
}

async function until(ask: () => Promise<unknown>, stop: () => Promise<void>, said: () => string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await ask();
      return;
    } catch (error) {
      if (tries === 300) {
        await stop();
        throw new Error(`Pebble does not answer:\n${said()}`, { cause: error });
      }
      await pause(100);
    }
  }
}

/** Base64 of a PEM text, as connections take it. */
export function caDataOf(pem: string): string {
  return Buffer.from(pem, "utf8").toString("base64");
}
