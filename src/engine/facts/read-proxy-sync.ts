import { setTimeout as pause } from "node:timers/promises";
import type { ProxySyncFacts } from "../../core/checks/pod-facts.ts";

interface Sync {
  readonly proxy?: string;
  /** By type URL; Istio before 1.28 has only the fields below. */
  readonly resources?: Readonly<
    Record<string, { readonly sent?: string; readonly acked?: string; readonly lastError?: string }>
  >;
  readonly [field: string]: unknown;
}

/** One kind of configuration of one proxy: nonces of what was sent and acknowledged. */
interface KindState {
  readonly kind: string;
  readonly sent: string;
  readonly acked: string;
  readonly refusal?: string;
}

/** What the kinds are called where people meet them. */
const kindOfType: Readonly<Record<string, string>> = {
  Cluster: "clusters",
  Listener: "listeners",
  RouteConfiguration: "routes",
  ClusterLoadAssignment: "endpoints",
  TypedExtensionConfig: "extensions",
  Secret: "certificates",
};

const olderFields = {
  cluster: "clusters",
  listener: "listeners",
  route: "routes",
  endpoint: "endpoints",
  extensionconfig: "extensions",
};

/**
 * What one istiod pod says of its proxies (`/debug/syncz`; istio.io/istio,
 * pilot/pkg/xds/debug.go, SyncStatus). A refusal is kept by istiod until the
 * proxy takes something of that kind. What has not been answered yet is looked
 * at once more after `patienceMs`, and is behind only if it is the same that
 * waits then: a busy mesh always has something under way.
 */
export async function readProxySync(
  ask: () => Promise<unknown>,
  signal: AbortSignal,
  patienceMs = 2000,
): Promise<readonly ProxySyncFacts[]> {
  const first = readEntries(await ask());
  const waiting = waitingIn(first);
  if (waiting.size === 0) {
    return first.map((one) => factsOf(one, new Set()));
  }
  await pause(patienceMs, undefined, { signal });
  const second = readEntries(await ask());
  const still = [...waitingIn(second)].filter((key) => waiting.has(key));
  return second.map((one) => factsOf(one, new Set(still)));
}

interface Entry {
  readonly proxy: string;
  readonly kinds: readonly KindState[];
}

function readEntries(answer: unknown): readonly Entry[] {
  return ((answer ?? []) as readonly Sync[]).flatMap((sync) =>
    sync.proxy === undefined ? [] : [{ proxy: sync.proxy, kinds: kindsOf(sync) }],
  );
}

function kindsOf(sync: Sync): readonly KindState[] {
  if (sync.resources !== undefined) {
    return Object.entries(sync.resources).map(([type, { sent = "", acked = "", lastError = "" }]) => ({
      kind: kindOfType[type.slice(type.lastIndexOf(".") + 1)] ?? type,
      sent,
      acked,
      ...(lastError === "" ? {} : { refusal: lastError }),
    }));
  }
  const text = (field: string): string => (typeof sync[field] === "string" ? sync[field] : "");
  return Object.entries(olderFields).map(([field, kind]) => ({
    kind,
    sent: text(`${field}_sent`),
    acked: text(`${field}_acked`),
  }));
}

/** A refusal is an answer too. */
function isWaiting({ sent, acked, refusal }: KindState): boolean {
  return sent !== "" && sent !== acked && refusal === undefined;
}

function keyOf(proxy: string, { kind, sent }: KindState): string {
  return `${proxy} ${kind} ${sent}`;
}

function waitingIn(entries: readonly Entry[]): ReadonlySet<string> {
  return new Set(entries.flatMap(({ proxy, kinds }) => kinds.filter(isWaiting).map((state) => keyOf(proxy, state))));
}

function factsOf({ proxy, kinds }: Entry, behind: ReadonlySet<string>): ProxySyncFacts {
  // `pod.namespace`: a namespace's name has no dot.
  const dot = proxy.lastIndexOf(".");
  return {
    namespace: proxy.slice(dot + 1),
    name: proxy.slice(0, dot),
    refused: kinds.flatMap(({ kind, refusal }) => (refusal === undefined ? [] : [{ kind, words: refusal }])),
    behind: kinds.filter((state) => behind.has(keyOf(proxy, state))).map(({ kind }) => kind),
  };
}
