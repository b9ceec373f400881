import type { TryCounts } from "../../core/decide/error-gate.ts";
import type { Service } from "../../core/model/mesh.ts";
import { serviceHost } from "../../core/render/names.ts";
import { isExpression, matchesWhole } from "../../core/routing/regex.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { IngressPod } from "./ingress-endpoints.ts";
import { proxyAdminPort, readProxyPage } from "./proxy-page.ts";
import { versionCluster } from "../../core/proxy/version-cluster.ts";

/** Whose answers, and from which time on they are late. */
export interface TimesAsked {
  readonly service: Service;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/**
 * `VERSION POD` → how many answers of a version took less than the limit, and
 * how many (`failed`) as long or longer, since the proxy began. It counts those
 * that were answered to the end, by whatever status; not those that a time-out
 * ended. A version without a try has no histogram and is absent. Envoy puts
 * answers into bins of two decimal digits (100, 110, … 990 ms, 1 s, 1.1 s), so
 * that a limit of two digits divides them exactly; the histogram is up to one
 * flush interval old (https://www.envoyproxy.io/docs/envoy/latest/operations/admin#get--stats-histogram_buckets-detailed).
 */
export async function readAnswerTimes(
  client: KubeClient,
  pods: readonly IngressPod[],
  asked: TimesAsked,
): Promise<ReadonlyMap<string, TryCounts>> {
  const { service, limitMs, signal } = asked;
  const page = pageOf(service);
  const bodies = await Promise.all(pods.map(async (pod) => readProxyPage(client, pod, page, signal)));
  return new Map(
    bodies.flatMap((body, index) =>
      histogramsIn(body).flatMap(({ name, totals = [] }) => {
        const version = service.versions.find((one) => namesOf(service, one.name).includes(name));
        return version === undefined
          ? []
          : [[`${version.name} ${pods[index]?.name ?? ""}`, dividedAt(limitMs, totals)] as const];
      }),
    ),
  );
}

/** What an ingress pod says of its statistics. */
export interface KeptTimes {
  readonly pod: IngressPod;
  /** Why it does not tell how long answers of a version take: it is not told to write it down, or is too old to tell its bins; undefined where it tells. */
  readonly lacks: "histograms" | "bins" | undefined;
  /** How often it does. */
  readonly flushMs: number;
  /** The regular expressions of what it keeps beside. */
  readonly expressions: readonly string[];
}

/**
 * Whether a pod keeps the histograms that `readAnswerTimes` reads, by what it
 * was started with: they are made with the first answer, so that a missing one
 * says nothing.
 */
export async function readKeptTimes(
  client: KubeClient,
  pod: IngressPod,
  { service, signal }: Pick<TimesAsked, "service" | "signal">,
): Promise<KeptTimes> {
  const page = "/config_dump?mask=bootstrap.stats_config.stats_matcher,bootstrap.stats_flush_interval";
  const [body, tells] = await Promise.all([
    readProxyPage(client, pod, page, signal),
    client.podHttpGet({ namespace: pod.namespace, pod: pod.name, port: proxyAdminPort }, pageOf(service), {
      signal,
      timeoutMs: 10_000,
    }),
  ]);
  const dump = JSON.parse(body) as { readonly configs?: readonly { readonly bootstrap?: Bootstrap }[] };
  const bootstrap = dump.configs?.find((one) => one.bootstrap !== undefined)?.bootstrap;
  const versions = service.versions.map(({ name }) => namesOf(service, name));
  const kept = versions.every((names) => names.some((name) => isKept(bootstrap?.stats_config?.stats_matcher, name)));
  return {
    pod,
    lacks: tells.status === 400 ? "bins" : kept ? undefined : "histograms",
    flushMs: millisecondsOf(bootstrap?.stats_flush_interval) ?? 5000,
    expressions: (bootstrap?.stats_config?.stats_matcher?.inclusion_list?.patterns ?? []).flatMap(
      ({ safe_regex: safeRegex }) => safeRegex?.regex ?? [],
    ),
  };
}

/** Envoy's bootstrap as its admin page prints it (https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/metrics/v3/stats.proto#config-metrics-v3-statsmatcher). */
interface Bootstrap {
  readonly stats_config?: { readonly stats_matcher?: StatsMatcher };
  /** `5s`, `0.500s`; left out = 5 s. */
  readonly stats_flush_interval?: string;
}

interface StatsMatcher {
  readonly reject_all?: boolean;
  readonly inclusion_list?: { readonly patterns?: readonly TextMatcher[] };
  readonly exclusion_list?: { readonly patterns?: readonly TextMatcher[] };
}

interface TextMatcher {
  readonly exact?: string;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly contains?: string;
  readonly safe_regex?: { readonly regex?: string };
}

function isKept(matcher: StatsMatcher | undefined, name: string): boolean {
  const takes = (one: TextMatcher): boolean => matches(one, name);
  if (matcher?.inclusion_list !== undefined) {
    return (matcher.inclusion_list.patterns ?? []).some(takes);
  }
  return matcher?.reject_all !== true && !(matcher?.exclusion_list?.patterns ?? []).some(takes);
}

function matches({ exact, prefix, suffix, contains, safe_regex: safeRegex }: TextMatcher, name: string): boolean {
  return (
    exact === name ||
    (prefix !== undefined && name.startsWith(prefix)) ||
    (suffix !== undefined && name.endsWith(suffix)) ||
    (contains !== undefined && name.includes(contains)) ||
    (safeRegex?.regex !== undefined && isExpression(safeRegex.regex) && matchesWhole(safeRegex.regex, name))
  );
}

function millisecondsOf(duration: string | undefined): number | undefined {
  const seconds = Number(/^(\d+(?:\.\d+)?)s$/.exec(duration ?? "")?.[1] ?? Number.NaN);
  return Number.isNaN(seconds) ? undefined : seconds * 1000;
}

interface Histogram {
  readonly name: string;
  readonly totals?: readonly Bin[];
}

interface Bin {
  readonly lower_bound: number;
  readonly count: number;
}

interface StatsPage {
  readonly stats?: readonly { readonly histograms?: { readonly details?: readonly Histogram[] } }[];
}

function histogramsIn(body: string): readonly Histogram[] {
  return ((JSON.parse(body) as StatsPage).stats ?? []).flatMap(({ histograms }) => histograms?.details ?? []);
}

/** Bounds come as `819.9999999999999`. */
function dividedAt(limitMs: number, bins: readonly Bin[]): TryCounts {
  const late = bins.filter((bin) => Number(bin.lower_bound.toPrecision(6)) >= limitMs);
  const failed = countOf(late);
  return { answered: countOf(bins) - failed, failed };
}

function countOf(bins: readonly Bin[]): number {
  return bins.reduce((sum, { count }) => sum + count, 0);
}

/** The histograms of all versions of a service, and of nothing else. */
function pageOf(service: Service): string {
  const names = String.raw`^cluster\.outbound\|${service.port}\|[^|]+\|${escaped(serviceHost(service))};?\.upstream_rq_time$`;
  return `/stats?filter=${encodeURIComponent(names)}&histogram_buckets=detailed&format=json`;
}

/** How proxies of newer and older releases call the histogram of a version. */
function namesOf(service: Service, version: string): readonly string[] {
  const cluster = versionCluster(service, version);
  return [`cluster.${cluster};.upstream_rq_time`, `cluster.${cluster}.upstream_rq_time`];
}

function escaped(text: string): string {
  return text.replaceAll(".", String.raw`\.`);
}
