import { setTimeout as pause } from "node:timers/promises";
import type { ProxyEndpoint, ProxyEndpoints } from "./proxy-endpoints.ts";
import { parseProxyEndpoints } from "./proxy-endpoints.ts";

/** Long enough that connections of traffic end meanwhile, short enough that nobody waits for it: other readers take as long. */
const betweenMs = 1000;

/**
 * Address → connections to it that have failed within a second in which none of
 * its requests was answered. The counters of one look say nothing of when: a
 * network that lets nothing through any more looks as one that did so once. A
 * proxy with nothing to try shows nothing, and one without a failure is not
 * asked again. `page` is its admin page `/clusters?format=json`.
 */
export async function readFailing(
  page: string,
  askAgain: () => Promise<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const before = byAddress(parseProxyEndpoints(page));
  const doubtful = [...before].filter(([, { failed, open }]) => failed > 0 && open > 0);
  if (doubtful.length === 0) {
    return new Map();
  }
  await pause(betweenMs, undefined, { signal });
  const after = byAddress(parseProxyEndpoints(await askAgain()));
  return new Map(
    doubtful.flatMap(([address, first]) => {
      const then = after.get(address);
      const failed = (then?.failed ?? 0) - first.failed;
      return failed > 0 && then?.success === first.success ? [[address, failed]] : [];
    }),
  );
}

interface Counted {
  readonly failed: number;
  readonly open: number;
  readonly success: number;
}

/** All clusters of a proxy together: behind one gateway are all services of a network. */
function byAddress(all: ProxyEndpoints): ReadonlyMap<string, Counted> {
  const counted = new Map<string, Counted>();
  for (const { address, connections, counters } of [...all.values()].flat() satisfies readonly ProxyEndpoint[]) {
    const { failed, open, success } = counted.get(address) ?? { failed: 0, open: 0, success: 0 };
    counted.set(address, {
      failed: failed + connections.failed,
      open: open + connections.open,
      success: success + counters.success,
    });
  }
  return counted;
}
