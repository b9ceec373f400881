import { setTimeout as pause } from "node:timers/promises";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../../core/diagnostics/coded.ts";
import { exitCodes } from "../../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import type { ProxyState } from "../../facts/proxy-states.ts";
import { readProxyStates } from "../../facts/proxy-states.ts";
import { refusedByProxy } from "./refused-by-proxy.ts";
import type { ProxyCluster } from "./proxy-cluster.ts";
import type { WaitUntilTakenOptions } from "./until-taken.ts";
import { longestMs, watchRefusals } from "./until-taken.ts";
import { quoteCommand } from "../../../core/quote-command.ts";

const pollMs = 200;

/**
 * Returns when every proxy that is connected to the cluster's istiods has
 * acknowledged what it was sent last. With `changed`, when this apply has
 * changed something for them, one that refuses it is a UserError (ISM321) and
 * one that does not acknowledge it for a minute another (ISM322); without, both
 * are warnings that are given back. Proxies of gateways that isthmus makes are
 * an error either way: routes depend on them.
 */
export async function waitUntilAcknowledged(
  one: ProxyCluster,
  options: WaitUntilTakenOptions & { readonly changed: boolean; readonly isOurs: (proxy: string) => boolean },
): Promise<readonly Diagnostic[]> {
  const started = Date.now();
  const limitMs = Math.min(options.timeoutMs, longestMs);
  const refusals = watchRefusals(started);
  for (;;) {
    const states = await readProxyStates(one.client, options.signal);
    const refused = refusals(states);
    const open = states.filter((state) => state.pending.length > 0 || state.refused.length > 0);
    const undecided = open.filter(({ proxy }) => !refused.some((refusal) => refusal.proxy === proxy));
    const late = Date.now() - started > limitMs;
    if (undecided.length === 0 || late) {
      const consequence = "what it has is older than what was applied";
      const found = [
        ...(refused.length === 0 ? [] : await refusedByProxy(one, refused, { consequence, ...options })),
        ...(undecided.length === 0 ? [] : [notAcknowledged(one, undecided, limitMs)]),
      ];
      const grave = options.changed || open.some(({ proxy }) => options.isOurs(proxy));
      if (found.length > 0 && grave) {
        throw new UserError(found, exitCodes.failed);
      }
      return found.map((diagnostic) => ({ ...diagnostic, severity: "warning" }));
    }
    options.onPending(`waiting for proxies: ${undecided.map(describe).join("; ")}`);
    await pause(pollMs, undefined, { signal: options.signal });
  }
}

function describe({ proxy, pending, refused }: ProxyState): string {
  return `${proxy} (${[...pending, ...refused.map(({ type }) => `${type} refused`)].join(", ")})`;
}

const named = 10;

function notAcknowledged(one: ProxyCluster, pending: readonly ProxyState[], limitMs: number): Diagnostic {
  const more = pending.length > named ? ` and ${pending.length - named} more` : "";
  return {
    ...errorOf("ISM322"),
    detail: `After ${limitMs / 1000} s in ${one.name} these have not acknowledged what istiod sent: ${pending.slice(0, named).map(describe).join("; ")}${more}. They go on with what they had before.`,
    fix: `Look at these pods, and restart those whose proxy hangs: isthmus check. What istiod says of them: ${quoteCommand(["istioctl", "--context", one.context])} proxy-status`,
    cluster: one.name,
  };
}
