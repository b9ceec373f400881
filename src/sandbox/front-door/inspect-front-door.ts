import { Resolver } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { get } from "node:https";
import { acmeDirectory, frontDoorFolder, frontDoorZone } from "./front-door-folder.ts";

/** What a front door's server still lacks; `component` is whose log tells why. */
export interface FrontDoorLack {
  readonly component: "named" | "pebble";
  readonly text: string;
}

/** Asks the DNS and the ACME server of a front door whether they serve. Rejects only with the signal's reason. */
export async function inspectFrontDoor(
  sandbox: string,
  address: string,
  signal: AbortSignal,
): Promise<readonly FrontDoorLack[]> {
  const [dns, acme] = await Promise.all([askDns(address), askAcme(sandbox, address, signal)]);
  signal.throwIfAborted();
  return [
    ...(dns === undefined ? [] : [{ component: "named" as const, text: `the DNS server does not answer (${dns})` }]),
    ...(acme === undefined
      ? []
      : [{ component: "pebble" as const, text: `the ACME server does not answer (${acme})` }]),
  ];
}

async function askDns(address: string): Promise<string | undefined> {
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  resolver.setServers([address]);
  return resolver.resolveSoa(frontDoorZone).then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
}

async function askAcme(sandbox: string, address: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const ca = await readFile(frontDoorFolder(sandbox).caFile, "utf8");
    const status = await new Promise<number>((resolve, reject) => {
      // RFC 8555, 6.1: a request without a User-Agent is refused.
      const headers = { "user-agent": "isthmus" };
      const asked = get(acmeDirectory(address), { ca, headers, agent: false, timeout: 3000, signal }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      asked.on("timeout", () => asked.destroy(new Error("no answer within 3000 ms")));
      asked.on("error", reject);
    });
    return status === 200 ? undefined : `it answers with ${status}`;
  } catch (error) {
    return (error as Error).message;
  }
}
