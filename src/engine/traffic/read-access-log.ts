import { setTimeout as pause } from "node:timers/promises";
import type { KubeClient } from "../../kube/client.ts";
import { KubeError } from "../../kube/errors.ts";

/** One request of ours in a gateway's access log. */
export interface LoggedRequest {
  /** The subset that it was given to (`v1`); empty for the whole service, undefined where it went to no cluster. */
  readonly version: string | undefined;
  /** The host of the cluster, `web.shop.svc.cluster.local`. */
  readonly host: string | undefined;
  /** Envoy's response flags (`UH`, `UF,URX`); empty where all went well. */
  readonly flags: string;
  /** Envoy's response code details; empty where the log does not say. */
  readonly details: string;
}

/** Envoy writes its log once a second in Istio 1.24 and later, every 10 s before. */
const firstLineMs = 3000;
const lastLineMs = 12_000;
const pollMs = 500;

/**
 * What the access logs of ingress pods say of the requests that call themselves
 * `userAgent`: one line each, retried or not, with the version that it was
 * given to. Empty where the gateways write no log, or one without the user
 * agent; waits until `expected` lines are there, at most 12 s.
 */
export async function readAccessLog(
  client: KubeClient,
  pods: readonly { readonly namespace: string; readonly name: string }[],
  { userAgent, expected }: { readonly userAgent: string; readonly expected: number },
  signal: AbortSignal,
): Promise<readonly LoggedRequest[]> {
  const started = Date.now();
  // Lines of others are among ours; a gateway that is so busy that ours are pushed out is not read.
  const tailLines = expected * 4 + 2000;
  for (;;) {
    const logs = await Promise.all(pods.map(async (pod) => readLog(client, pod, tailLines, signal)));
    const found = logs.flatMap((log) => parseAccessLog(log, userAgent));
    const waited = Date.now() - started;
    if (found.length >= expected || waited > lastLineMs || (found.length === 0 && waited > firstLineMs)) {
      return found;
    }
    await pause(pollMs, undefined, { signal });
  }
}

async function readLog(
  client: KubeClient,
  pod: { readonly namespace: string; readonly name: string },
  tailLines: number,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await client.podLog(
      { namespace: pod.namespace, pod: pod.name },
      { container: "istio-proxy", tailLines, signal },
    );
  } catch (error) {
    if (error instanceof KubeError) {
      return "";
    }
    throw error;
  }
}

/**
 * The lines of an access log that name the user agent, in Istio's own text
 * format, its JSON format, or another one that has the cluster's name in it
 * (https://istio.io/latest/docs/tasks/observability/logs/access-log/#default-access-log-format).
 */
export function parseAccessLog(log: string, userAgent: string): readonly LoggedRequest[] {
  return log
    .split("\n")
    .filter((line) => line.includes(userAgent))
    .map((line) => {
      const [, version, host] = /outbound\|\d+\|([^|]*)\|([^\s"|]+)/.exec(line) ?? [];
      const [, flags = "-", details = "-"] = /^\[[^\]]*\] "[^"]*" \d+ (\S+) (\S+)/.exec(line) ?? [
        "",
        fieldOf(line, "response_flags"),
        fieldOf(line, "response_code_details"),
      ];
      return { version, host, flags: plain(flags), details: plain(details) };
    });
}

function fieldOf(line: string, name: string): string {
  return new RegExp(`"${name}":"([^"]*)"`).exec(line)?.[1] ?? "-";
}

function plain(text: string): string {
  return text === "-" ? "" : text;
}
