import { setTimeout as pause } from "node:timers/promises";
import { asksConnections } from "../../../core/checks/connection-table.ts";
import type { AskedRoutes, HeldRoutes, RouteFinding } from "../../../core/checks/route-table.ts";
import { compareRoutes, describeKey, describeShares } from "../../../core/checks/route-table.ts";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { errorOf, warningOf } from "../../../core/diagnostics/coded.ts";
import { exitCodes } from "../../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import { isForbidden, unlessForbidden } from "../../../kube/errors.ts";
import { createLimiter } from "../../../kube/limiter.ts";
import type { GatewayPods } from "../../facts/gateway-pods.ts";
import { readGatewayPods } from "../../facts/gateway-pods.ts";
import { readProxyConnections, readProxyRoutes } from "../../facts/proxy-routes.ts";
import type { ProxyState } from "../../facts/proxy-states.ts";
import { readProxyStates } from "../../facts/proxy-states.ts";
import type { ProxyCluster } from "./proxy-cluster.ts";
import type { RefusedByProxy } from "./refused-by-proxy.ts";
import { refusedByProxy } from "./refused-by-proxy.ts";
import type { WaitUntilSyncedOptions } from "./until-synced.ts";
import { quoteCommand } from "../../../core/quote-command.ts";

export interface WaitUntilTakenOptions extends WaitUntilSyncedOptions {
  /** Finds what makes a proxy refuse its configuration; may give nothing. */
  readonly findCulprits: RefusedByProxy["findCulprits"];
}

const pollMs = 100;
/** istiod pushes within 10 s at the worst; what has not come after a minute needs a person. */
export const longestMs = 60_000;
/** How many gateways of a cluster are asked at the same time: each is a tunnel. */
const askedAtATime = 8;
/** A refusal that the next push heals is none: istiod pushes 0.1 s after a change, up to 10 s where changes do not end. */
const settledMs = 1000;
const oldSettledMs = 5000;

/**
 * Returns when every ready pod of the ingress gateway holds these routes, with
 * exactly their weights: that the API server has
 * stored them is no proof. A proxy that refuses what istiod sends it is a
 * UserError (ISM321) within seconds; one that has not got it after `timeoutMs`,
 * or a minute, another (ISM322), which names the pods. Gives what could not be proven
 * (ISM323): there is no ready pod, or this account may not ask.
 */
export async function waitUntilTaken(
  one: ProxyCluster,
  asked: readonly AskedRoutes[],
  options: WaitUntilTakenOptions,
): Promise<readonly Diagnostic[]> {
  if (asked.length === 0) {
    return [];
  }
  return unlessForbidden(
    async () => followGateways(one, asked, options),
    ({ message }) => [unproven(one, `this account may not ask its gateways: ${message}`)],
  );
}

async function followGateways(
  one: ProxyCluster,
  asked: readonly AskedRoutes[],
  options: WaitUntilTakenOptions,
): Promise<readonly Diagnostic[]> {
  const started = Date.now();
  const refusals = watchRefusals(started);
  const limitMs = Math.min(options.timeoutMs, longestMs);
  // What a pod holds it keeps; of many pods only the late ones are asked again.
  const proven = new Set<string>();
  for (;;) {
    const pods = await readGatewayPods(one.client, options.signal);
    const open = pods.ready.filter(({ name }) => !proven.has(name));
    const late = await findLate(one, asked, open, options.signal);
    open.filter(({ name }) => !late.some(({ pod }) => pod === name)).forEach(({ name }) => proven.add(name));
    if (late.length === 0) {
      return pods.ready.length > 0 ? [] : [unproven(one, noPods(pods))];
    }
    const states = await readProxyStates(one.client, options.signal);
    const refused = refusals(states.filter(({ proxy }) => late.some((pod) => pod.proxy === proxy)));
    if (refused.length > 0) {
      throw new UserError(
        await refusedByProxy(one, refused, { consequence: describeLate(late), ...options }),
        exitCodes.failed,
      );
    }
    options.onPending(`waiting for gateways: ${late.map(({ pod, words }) => `${pod} ${words[0] ?? ""}`).join("; ")}`);
    if (Date.now() - started > limitMs) {
      throw new UserError([notTaken(one, late, states, limitMs)], exitCodes.failed);
    }
    await pause(pollMs, undefined, { signal: options.signal });
  }
}

interface Late {
  readonly pod: string;
  /** `pod.namespace` */
  readonly proxy: string;
  readonly words: readonly string[];
}

async function findLate(
  { client }: ProxyCluster,
  asked: readonly AskedRoutes[],
  pods: GatewayPods["ready"],
  signal: AbortSignal,
): Promise<readonly Late[]> {
  const limiter = createLimiter(askedAtATime);
  const found = await Promise.all(
    pods.map(async ({ namespace, name }): Promise<readonly Late[]> => {
      const late = (words: readonly string[]): Late[] => [{ pod: name, proxy: `${name}.${namespace}`, words }];
      try {
        const held = await limiter.run(signal, async () => readHeld(client, { namespace, name }, asked, signal));
        const words = asked.flatMap((one) => {
          const finding = compareRoutes(one, held.get(one.key) ?? []);
          return finding === undefined ? [] : [describeFinding(one.key, finding)];
        });
        return words.length === 0 ? [] : late(words);
      } catch (error) {
        signal.throwIfAborted();
        if (isForbidden(error)) {
          throw error;
        }
        return late([`cannot be asked: ${(error as Error).message}`]);
      }
    }),
  );
  return found.flat();
}

/** Listeners are read where connections are asked about. */
async function readHeld(
  client: ProxyCluster["client"],
  pod: { readonly namespace: string; readonly name: string },
  asked: readonly AskedRoutes[],
  signal: AbortSignal,
): Promise<HeldRoutes> {
  const [routes, connections] = await Promise.all([
    readProxyRoutes(client, pod, signal),
    asksConnections(asked) ? readProxyConnections(client, pod, signal) : [],
  ]);
  return new Map([...routes, ...connections]);
}

function describeFinding(key: string, { missing, foreign }: RouteFinding): string {
  const all = (routes: RouteFinding["missing"]): string => [...new Set(routes.map(describeShares))].join(", ");
  const lacks = missing.length === 0 ? [] : [`lacks ${all(missing)}`];
  const has = foreign.length === 0 ? [] : [`still has ${all(foreign)}`];
  return `${[...lacks, ...has].join(" and ")} of ${describeKey(key)}`;
}

function describeLate(late: readonly Late[]): string {
  return late.map(({ pod, words }) => `${pod} ${words.join(", ")}`).join("; ");
}

/**
 * Judges the states of one poll after the other: gives the refusals that will
 * not pass. One of a push that came after the first poll has seen our change;
 * an older one may be healed by it, and gets more time.
 */
export function watchRefusals(
  started: number,
  now: () => number = Date.now,
): (states: readonly ProxyState[]) => readonly (ProxyState["refused"][number] & { readonly proxy: string })[] {
  let before: ReadonlySet<string> | undefined;
  const since = new Map<string, number>();
  return (states) => {
    const all = states.flatMap(({ proxy, refused }) => refused.map((one) => ({ ...one, proxy })));
    const keyOf = (one: (typeof all)[number]): string => `${one.proxy} ${one.type} ${one.nonce}`;
    before ??= new Set(all.map(keyOf));
    const known = new Set(all.map(keyOf));
    [...since.keys()].filter((key) => !known.has(key)).forEach((key) => since.delete(key));
    return all.filter((one) => {
      const key = keyOf(one);
      const first = since.get(key) ?? now();
      since.set(key, first);
      return before?.has(key) === true ? now() - started >= oldSettledMs : now() - first >= settledMs;
    });
  };
}

function notTaken(
  one: ProxyCluster,
  late: readonly Late[],
  states: readonly ProxyState[],
  timeoutMs: number,
): Diagnostic {
  const unconnected = late.filter(({ proxy }) => !states.some((state) => state.proxy === proxy)).map(({ pod }) => pod);
  const why =
    unconnected.length === 0
      ? ""
      : ` ${unconnected.join(", ")} ${unconnected.length === 1 ? "is" : "are"} connected to no istiod that answers.`;
  return {
    ...errorOf("ISM322"),
    detail: `After ${timeoutMs / 1000} s in ${one.name}: ${describeLate(late)}.${why} The API server has the change, and requests there go as before.`,
    fix: `See what stands between istiod and these proxies: isthmus check. What istiod says of them: ${quoteCommand(["istioctl", "--context", one.context])} proxy-status`,
    cluster: one.name,
  };
}

function noPods({ unready }: GatewayPods): string {
  return unready.length === 0
    ? "its ingress gateway has no pods"
    : `no pod of its ingress gateway is ready (${unready.join(", ")})`;
}

function unproven(one: ProxyCluster, why: string): Diagnostic {
  return {
    ...warningOf("ISM323"),
    detail: `${one.name} has stored the change; ${why}. What its gateways do with requests was not seen.`,
    fix: "See what its gateways lack: isthmus check",
    cluster: one.name,
  };
}
