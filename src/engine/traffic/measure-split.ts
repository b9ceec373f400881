import { Agent, request } from "undici";
import type { Route, Service } from "../../core/model/mesh.ts";
import { serviceHost } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { readProxyEndpoints, subsetCluster } from "../facts/proxy-endpoints.ts";

export interface SplitMeasurement {
  readonly url: string;
  readonly requests: number;
  /** Version → requests that the ingress gateway sent to it. */
  readonly answers: Readonly<Record<string, number>>;
  /** What went wrong, counted by reason. */
  readonly failures: readonly { readonly reason: string; readonly count: number }[];
}

export interface MeasureInput {
  readonly client: KubeClient;
  /** The ingress gateway's pods, whose counters tell where requests went. */
  readonly pods: readonly { readonly namespace: string; readonly name: string }[];
  readonly address: string;
  readonly service: Service;
  readonly route: Route;
  readonly requests: number;
}

const inFlight = 8;
const requestTimeoutMs = 5000;

/**
 * Sends a bounded number of requests to a route's ingress and counts, by the
 * gateway's own counters, which version each went to: that works for any
 * application, whatever it answers. Other traffic of the route during the
 * measurement is counted too; it obeys the same weights.
 */
export async function measureSplit(
  input: MeasureInput,
  options: { readonly signal: AbortSignal },
): Promise<SplitMeasurement> {
  const before = await countRequests(input, options.signal);
  const { url, failures } = await sendRequests(input, options.signal);
  const after = await countRequests(input, options.signal);
  const answers = Object.fromEntries(
    input.service.versions.map((version) => [
      version.name,
      Math.max(0, (after[version.name] ?? 0) - (before[version.name] ?? 0)),
    ]),
  );
  return { url, requests: input.requests, answers, failures };
}

async function countRequests(input: MeasureInput, signal: AbortSignal): Promise<Readonly<Record<string, number>>> {
  const tables = await Promise.all(input.pods.map(async (pod) => readProxyEndpoints(input.client, pod, signal)));
  const counts: Record<string, number> = {};
  for (const version of input.service.versions) {
    const name = subsetCluster(serviceHost(input.service), input.service.port, version.name);
    counts[version.name] = tables
      .flatMap((table) => table.get(name) ?? [])
      .reduce((sum, endpoint) => sum + endpoint.counters.total, 0);
  }
  return counts;
}

async function sendRequests(
  input: MeasureInput,
  signal: AbortSignal,
): Promise<Pick<SplitMeasurement, "url" | "failures">> {
  const { url, headers, serverName } = requestFor(input);
  const failures = new Map<string, number>();
  const fail = (reason: string): void => {
    failures.set(reason, (failures.get(reason) ?? 0) + 1);
  };
  const agent = new Agent({ connections: inFlight, connect: { timeout: requestTimeoutMs, ...tlsFor(serverName) } });
  let left = input.requests;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      signal.throwIfAborted();
      try {
        const answer = await request(url, {
          dispatcher: agent,
          headers,
          signal,
          headersTimeout: requestTimeoutMs,
          bodyTimeout: requestTimeoutMs,
        });
        await answer.body.dump();
        if (answer.statusCode >= 400) {
          fail(`status ${answer.statusCode}`);
        }
      } catch (error) {
        signal.throwIfAborted();
        fail((error as NodeJS.ErrnoException).code ?? (error as Error).message);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: inFlight }, worker));
  } finally {
    await agent.close();
  }
  return { url, failures: [...failures].map(([reason, count]) => ({ reason, count })) };
}

/**
 * An HTTPS gateway finds its certificate by the name in the handshake. Whether
 * that certificate is trusted is not what is measured: it may come from any
 * authority, and the request goes to an address.
 */
function tlsFor(serverName: string | undefined): {
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
} {
  return { ...(serverName === undefined ? {} : { servername: serverName }), rejectUnauthorized: false };
}

/** The URL and headers that a route's match asks for, by HTTPS where the route has a certificate. */
function requestFor(input: MeasureInput): {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly serverName: string | undefined;
} {
  const { route } = input;
  const [host] = route.hosts;
  const named = host === undefined || host === "*" ? undefined : host.replace(/^\*\./, "isthmus-verify.");
  const matched = Object.entries(route.match.headers).map(([name, match]) => [name, match.value]);
  return {
    url: `${route.tls === undefined ? "http" : "https"}://${input.address}${route.match.path.value}`,
    serverName: route.tls === undefined ? undefined : named,
    headers: {
      ...Object.fromEntries(matched),
      ...(named === undefined ? {} : { host: named }),
      "user-agent": "isthmus-verify",
    },
  };
}
