import { performance } from "node:perf_hooks";
import type { ServerVersion } from "../client.ts";
import type { Connection } from "../connection.ts";
import { readParsed } from "../wire/read-answer.ts";

/** Any API server that lives says its version at once: one that takes longer must not hold up what waits for all clusters. */
const versionTimeoutMs = 10_000;

/** What `/version` says; waits 10 s for it at most. */
export async function readVersion({ transport, report }: Connection, signal: AbortSignal): Promise<ServerVersion> {
  const subject = { verb: "version" };
  const timeoutMs = versionTimeoutMs;
  const answer = await transport.send({ method: "GET", path: "/version", timeoutMs, subject, signal });
  if (answer.status !== 200) {
    throw report.answerFailure(answer, subject);
  }
  const parsed = readParsed(answer, subject, report);
  const text = (key: string): string => String(parsed[key] ?? "");
  return { gitVersion: text("gitVersion"), major: text("major"), minor: text("minor"), platform: text("platform") };
}

/** Milliseconds that `/version` takes, the smallest request that needs the credentials. */
export async function measurePing(connection: Connection, signal: AbortSignal): Promise<number> {
  const started = performance.now();
  await readVersion(connection, signal);
  return performance.now() - started;
}
