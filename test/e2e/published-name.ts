import { Resolver } from "node:dns/promises";
import { request } from "node:http";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bind } from "../dns-servers/bind.ts";
import type { RunningServer } from "../dns-servers/dns-server.ts";
import { startServer } from "../dns-servers/dns-server.ts";
import { freshFolder, isthmus, kubectl, meshFile, writeMeshFile } from "./world.ts";

const name = "app.example.test";
const clusters = ["west", "east"];
const ingress = new Map<string, string>();
const resolver = new Resolver({ timeout: 1000, tries: 2 });

let dns: RunningServer;

/** A DNS server with a zone for the name, and what is asked of it. */
export async function startDns(): Promise<void> {
  dns = await startServer(bind);
  resolver.setServers([`127.0.0.1:${dns.port}`]);
}

/** Puts the tests' own mesh back: the name goes while the file still says how its zone is written. */
export async function stopDns(file: string): Promise<void> {
  await isthmus(["undrain", "east", "-f", file, "--yes", "--force"]);
  const without = writePublished((text) => text.replace("          dns: { via: isthmus }\n", ""));
  await isthmus(["apply", "-f", without, "--yes", "--prune", "--force-conflicts"]);
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
  await dns.stop();
}

/** The standing mesh with both versions in both clusters, its route published for a name of the server's zone. */
export function writePublished(change: (text: string) => string = (text) => text): string {
  const folder = freshFolder();
  writeFileSync(path.join(folder, "tsig.key"), dns.secrets.full, { mode: 0o600 });
  const provider = `rfc2136: { server: 127.0.0.1, port: ${dns.port}, tsig: { name: full, secret: { file: tsig.key } } }`;
  const zone = `  dns: { zone: example.test, ttl: 1s, healthChecks: { successes: 1 }, provider: { ${provider} } }`;
  return writeMeshFile(folder, (text) =>
    change(
      text
        .replace("v1: { clusters: [west] }", "v1: { clusters: [west, east] }")
        .replace("v2: { clusters: [east] }", "v2: { clusters: [west, east] }")
        .replace(/hosts: \[[^\]]*\]/, `hosts: [${name}]\n          dns: { via: isthmus }`)
        .replace(/^spec:$/m, `spec:\n${zone}`),
    ),
  );
}

/** The addresses that a client gets for the name. */
export async function resolved(): Promise<readonly string[]> {
  const found: readonly string[] = await resolver.resolve4(name).catch(() => []);
  return found.toSorted();
}

/** The ingress addresses of these clusters. */
export async function addressesOf(...of: readonly string[]): Promise<readonly string[]> {
  for (const cluster of clusters.filter((one) => !ingress.has(one))) {
    const jsonpath = "jsonpath={.status.loadBalancer.ingress[0].ip}";
    const found = await kubectl(cluster, [
      "-n",
      "istio-system",
      "get",
      "service",
      "istio-ingressgateway",
      "-o",
      jsonpath,
    ]);
    ingress.set(cluster, found.out);
  }
  return of.map((one) => ingress.get(one) ?? "").toSorted();
}

/** What an address answers to a client that was led there by the name. */
export async function statusAt(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ host: address, path: "/hello", headers: { host: name }, timeout: 5000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });
}

/** How long it takes until the name has these addresses, in milliseconds. */
export async function until(wanted: readonly string[], longestMs: number): Promise<number> {
  const began = performance.now();
  for (;;) {
    const now = await resolved();
    const tookMs = performance.now() - began;
    if (JSON.stringify(now) === JSON.stringify(wanted)) {
      return tookMs;
    }
    if (tookMs > longestMs) {
      throw new Error(`after ${Math.round(tookMs)} ms ${name} has ${now.join(", ")} and not ${wanted.join(", ")}`);
    }
    await sleep(200);
  }
}
