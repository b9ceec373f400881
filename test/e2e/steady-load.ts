import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** Longer than any try of a proxy; a request without an answer by then has failed. */
const patienceMs = 15_000;

/** What became of the requests of one host that were sent after the fault. Every one of them is answered by 200 or has failed. */
export interface Figures {
  readonly sent: number;
  /** By the version that answered. */
  readonly answered: Readonly<Record<string, number>>;
  /** By status or error. */
  readonly failed: Readonly<Record<string, number>>;
  /** When the last failed request was sent, in seconds after the fault; 0 without one. */
  readonly lastFailed: number;
  /** Answered, but after more than a second. */
  readonly slow: number;
}

interface Tally {
  sent: number;
  answered: Record<string, number>;
  failed: Record<string, number>;
  lastFailed: number;
  slow: number;
}

/**
 * Sends `perSecond` requests a second for `/hello` of each host to one
 * address (of the network, or the path of a Unix socket), over connections
 * that are kept, for two seconds before `fault` and `seconds` after it.
 * Resolves when every request has ended.
 */
export async function loadDuring(
  {
    address,
    hosts,
    perSecond,
  }: { readonly address: string; readonly hosts: readonly string[]; readonly perSecond: number },
  fault: () => Promise<unknown>,
  seconds: number,
): Promise<Readonly<Record<string, Figures>>> {
  // One for each host: requests that hang for one must not keep those for another waiting.
  const agents = new Map(hosts.map((host) => [host, new Agent({ keepAlive: true })]));
  const tallies: Record<string, Tally> = {};
  const open = new Set<Promise<void>>();
  let faultAt = Number.POSITIVE_INFINITY;
  const timer = setInterval(() => {
    for (const [host, agent] of agents) {
      const at = performance.now();
      const asked = ask(agent, address, host).then((answer) => {
        if (at >= faultAt) {
          count((tallies[host] ??= { sent: 0, answered: {}, failed: {}, lastFailed: 0, slow: 0 }), answer, {
            tookMs: performance.now() - at,
            afterMs: at - faultAt,
          });
        }
        open.delete(asked);
      });
      open.add(asked);
    }
  }, 1000 / perSecond);
  try {
    await sleep(2000);
    faultAt = performance.now();
    await Promise.all([fault(), sleep(seconds * 1000)]);
  } finally {
    clearInterval(timer);
  }
  await Promise.all(open);
  agents.forEach((agent) => agent.destroy());
  return tallies;
}

function count(
  tally: Tally,
  { version, failure }: Answer,
  when: { readonly tookMs: number; readonly afterMs: number },
): void {
  tally.sent += 1;
  tally.slow += when.tookMs > 1000 ? 1 : 0;
  if (failure === undefined) {
    tally.answered[version] = (tally.answered[version] ?? 0) + 1;
  } else {
    tally.failed[failure] = (tally.failed[failure] ?? 0) + 1;
    tally.lastFailed = Math.max(tally.lastFailed, Math.round(when.afterMs / 100) / 10);
  }
}

interface Answer {
  /** Empty where it has failed. */
  readonly version: string;
  readonly failure?: string;
}

async function ask(agent: Agent, address: string, host: string): Promise<Answer> {
  return new Promise((resolve) => {
    const to = address.startsWith("/") ? { socketPath: address } : { host: address };
    const sent = request({ ...to, path: "/hello", headers: { host }, agent }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.once("error", () => resolve({ version: "", failure: "cut" }));
      response.once("end", () => {
        const version = /version: ([^,\s]+)/.exec(body)?.[1] ?? "";
        resolve(
          response.statusCode === 200 && version !== ""
            ? { version }
            : { version: "", failure: String(response.statusCode) },
        );
      });
    });
    sent.setTimeout(patienceMs, () => sent.destroy(new Error("no answer")));
    sent.once("error", (error: NodeJS.ErrnoException) =>
      resolve({ version: "", failure: error.code ?? error.message }),
    );
    sent.end();
  });
}

/** How many of the requests have failed. */
export function failures({ failed }: Figures): number {
  return Object.values(failed).reduce((sum, one) => sum + one, 0);
}
