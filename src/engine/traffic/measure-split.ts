import { randomUUID } from "node:crypto";
import type { AnswerGroup, Tally } from "../../core/decide/answer.ts";
import { tallyAnswers } from "../../core/decide/answer.ts";
import type { CountedAnswers, CounterReading, EndpointCounters } from "../../core/decide/count-answers.ts";
import { countAnswers } from "../../core/decide/count-answers.ts";
import type { RouteRequest } from "../../core/decide/route-request.ts";
import type { Service } from "../../core/model/mesh.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { ProxyEndpoint } from "../facts/proxy-endpoints.ts";
import { countClusterChanges, readProxyEndpoints } from "../facts/proxy-endpoints.ts";
import type { IngressPod } from "../facts/ingress-endpoints.ts";
import type { LoggedRequest } from "./read-access-log.ts";
import { readAccessLog } from "./read-access-log.ts";
import { sendRequests } from "./send-requests.ts";
import { versionCluster, versionPlace } from "../../core/proxy/version-cluster.ts";

export interface SplitMeasurement {
  readonly url: string;
  /** Requests of the last attempt, the one that counts. */
  readonly requests: number;
  /** How often they were sent: again when counters began anew or others asked at the same time. */
  readonly attempts: number;
  readonly tally: Tally;
  /** Whether it is known where each request went, and if not, why. */
  readonly kind: CountedAnswers["kind"] | "unwatched";
  /** Version → requests that went to it. */
  readonly answers: Readonly<Record<string, number>>;
  /** Requests of which the version is not known. */
  readonly unattributed: number;
  /** Answers that the versions' endpoints gave in all, whoever asked. */
  readonly seen: number;
  /** Hosts of other services that took requests, where the access log tells. */
  readonly takenBy: readonly string[];
  /** Envoy's own words for what failed, where the access log has them, with how often. */
  readonly details: readonly { readonly reason: string; readonly count: number }[];
  /** As it was given. */
  readonly person?: string | undefined;
}

export interface MeasureInput {
  readonly client: KubeClient;
  /** The pods whose proxies share the requests out (the running ones of the ingress gateway), read anew for each attempt: their counters tell where requests went. */
  readonly listPods: () => Promise<readonly IngressPod[]>;
  /** The ingress, as the beginning of a URL: `http://203.0.113.1`. */
  readonly origin: string;
  /** What messages name in its place, where requests go through a tunnel. */
  readonly shown?: string;
  readonly service: Service;
  readonly request: RouteRequest;
  readonly requests: number;
  /** By what all of them are of one person (`personOf`), where they are. */
  readonly person?: string | undefined;
}

/** Sending everything again and again would be a load of its own. */
const mostAttempts = 3;

/**
 * Sends a bounded number of requests to a route's ingress and counts which
 * version each went to, for any application, whatever it answers: by the
 * ingress gateway's own counters, and where those do not add up (others ask at
 * the same time, failing requests are retried) by its access log, if it writes
 * one (docs/adr/0005). When neither tells, everything is sent again, three
 * times in all at most; the last attempt says then why it is not known.
 */
export async function measureSplit(
  input: MeasureInput,
  options: { readonly signal: AbortSignal },
): Promise<SplitMeasurement> {
  const logs = { written: true };
  return untilKnown(async (attempt) => measureOnce(input, { attempt, logs }, options.signal));
}

/** Measures until it is known where everything went or nobody counts, three times at most; the last attempt, from 1, is the one that counts. */
export async function untilKnown(measure: (attempt: number) => Promise<SplitMeasurement>): Promise<SplitMeasurement> {
  for (let attempt = 1; ; attempt += 1) {
    const measured = await measure(attempt);
    if (measured.kind === "counted" || measured.kind === "unwatched" || attempt === mostAttempts) {
      return measured;
    }
  }
}

interface Attempt {
  readonly attempt: number;
  /** Gateways that have logged nothing of one attempt are not waited for in the next. */
  readonly logs: { written: boolean };
}

async function measureOnce(
  input: MeasureInput,
  { attempt, logs }: Attempt,
  signal: AbortSignal,
): Promise<SplitMeasurement> {
  const userAgent = `isthmus-verify/${randomUUID().slice(0, 13)}`;
  const podsBefore = await input.listPods();
  const before = await readCounters(input, podsBefore, signal);
  const groups = await sendRequests({ ...input, userAgent }, signal);
  const podsAfter = await input.listPods();
  const after = await readCounters(input, podsAfter, signal);
  const { tally, counted } = reckon(groups, before, after, input.request);
  const sure = counted.kind === "counted" && counted.unattributed === 0 && tally.failures.length === 0;
  const logged =
    sure || !logs.written
      ? []
      : await readAccessLog(input.client, podsAfter, { userAgent, expected: tally.sent }, signal);
  logs.written &&= sure || logged.length > 0;
  const isWatched = podsAfter.length > 0;
  const where =
    logged.length === tally.sent
      ? countLogged(logged, input.service)
      : { ...counted, kind: isWatched ? counted.kind : ("unwatched" as const), takenBy: [] };
  return {
    url: `${input.shown ?? input.origin}${input.request.path}`,
    requests: tally.sent,
    attempts: attempt,
    tally,
    ...where,
    seen: counted.seen,
    details: groupDetails(logged),
    person: input.person,
  };
}

/**
 * Where no answer carries the gateway's mark of an upstream, either nothing
 * reached one, or the mesh hides the mark. The counters tell which.
 */
function reckon(
  groups: readonly AnswerGroup[],
  before: CounterReading,
  after: CounterReading,
  { expect }: RouteRequest,
): { readonly tally: Tally; readonly counted: CountedAnswers } {
  const marked = groups.some(({ outcome }) => outcome.kind === "answered" && outcome.fromUpstream);
  const hidden = tallyAnswers(groups, expect, false);
  const countedHidden = countAnswers(before, after, hidden);
  if (!marked && countedHidden.seen > 0) {
    return { tally: hidden, counted: countedHidden };
  }
  const tally = tallyAnswers(groups, expect, true);
  return { tally, counted: countAnswers(before, after, tally) };
}

/** What the proxies of these pods have counted of each version: answers, unless `count` says otherwise. */
export async function readCounters(
  input: Pick<MeasureInput, "client" | "service">,
  pods: readonly IngressPod[],
  signal: AbortSignal,
  count: (endpoint: ProxyEndpoint) => EndpointCounters = ({ counters }) => counters,
): Promise<CounterReading> {
  const tables = await Promise.all(
    pods.map(async (pod) => {
      const [table, changes] = await Promise.all([
        readProxyEndpoints(input.client, pod, signal),
        countClusterChanges(input.client, pod, signal),
      ]);
      return { pod: pod.name, table, changes };
    }),
  );
  const versions = Object.fromEntries(
    input.service.versions.map((version) => {
      const name = versionCluster(input.service, version.name);
      const endpoints = tables.flatMap(({ pod, table }) =>
        (table.get(name) ?? []).map((endpoint) => [`${pod} ${endpoint.address}`, count(endpoint)] as const),
      );
      return [version.name, new Map(endpoints)];
    }),
  );
  return { versions, changes: tables.reduce((sum, one) => sum + one.changes, 0) };
}

/** Every request is in the log: each went to a version of the service, to something else, or to nothing. */
function countLogged(
  logged: readonly LoggedRequest[],
  service: Service,
): Pick<SplitMeasurement, "kind" | "answers" | "unattributed" | "takenBy"> {
  const places = service.versions.map(({ name }) => ({ name, ...versionPlace(service, name) }));
  const versionOf = (one: LoggedRequest): string | undefined =>
    places.find(({ host, subset }) => one.host === host && (one.version ?? "") === subset)?.name;
  const count = (version: string): number => logged.filter((one) => versionOf(one) === version).length;
  const answers = Object.fromEntries(service.versions.map(({ name }) => [name, count(name)]));
  const others = logged.filter((one) => one.host !== undefined && versionOf(one) === undefined);
  const known = Object.values(answers).reduce((sum, one) => sum + one, 0);
  return {
    kind: others.length > 0 ? "elsewhere" : "counted",
    answers,
    unattributed: logged.length - known - others.length,
    takenBy: [...new Set(others.map((one) => one.host ?? ""))].sort(),
  };
}

function groupDetails(logged: readonly LoggedRequest[]): SplitMeasurement["details"] {
  const groups = new Map<string, number>();
  for (const { flags, details, version } of logged.filter((one) => one.flags !== "")) {
    const place = version === undefined || version === "" ? "" : ` of ${version}`;
    const reason = `${flags}${details === "" ? "" : ` ${details}`}${place}`;
    groups.set(reason, (groups.get(reason) ?? 0) + 1);
  }
  return [...groups].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count);
}
