import type { ClusterEndpoints } from "../checks/endpoint-table.ts";
import { podsIn } from "../checks/endpoint-table.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { coded, errorOf } from "../diagnostics/coded.ts";
import type { Drain } from "../model/drain.ts";
import type { Cluster, Mesh, Service, ServiceVersion } from "../model/mesh.ts";
import { usesGatewayApi } from "../routing/version-service.ts";
import { byGatewayApi, drainedBefore } from "./by-gateway-api.ts";
import { drainIn, lostVersions, withDrains } from "./drained-mesh.ts";

/** What is known of one service before a drain. */
export interface DrainFacts {
  readonly service: Service;
  /** Cluster → what it runs; of those that answer. */
  readonly actual: Readonly<Record<string, ClusterEndpoints>>;
  /** What its Service selects; undefined where no cluster has one with a selector. */
  readonly selector: Readonly<Record<string, string>> | undefined;
}

/** What a drain or an undrain leads to. */
export interface DrainDecision {
  /** Everything that is drained in the mesh afterwards. */
  readonly drains: readonly Drain[];
  /** The services that the command changes. */
  readonly services: readonly Service[];
  /** Reasons to do nothing; empty with `force`. */
  readonly refusals: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
}

interface DrainQuestion {
  readonly mesh: Mesh;
  readonly cluster: Cluster;
  /** What is drained now. */
  readonly before: readonly Drain[];
  readonly force: boolean;
  /** ISO 8601. */
  readonly now: string;
}

/**
 * Which services leave a cluster, and where to. Refuses what would lose
 * requests: a service that nothing else answers for, a version whose share
 * nothing else takes. With `force` the first keep their traffic and the second
 * leave it to other versions, both with a warning. Services that do not run in
 * the cluster are passed over.
 */
export function decideDrain(question: DrainQuestion, facts: readonly DrainFacts[]): DrainDecision {
  const { mesh, cluster, before, force } = question;
  const judged = facts.filter((one) => runsIn(one, cluster.name)).map((one) => judgeService(question, one));
  const goes = judged.filter(({ stays, lost }) => stays === undefined && (force || lost === undefined));
  const services = goes.map(({ drain }) => drain);
  const keys = new Set(services.map(keyOf));
  const drains = before.filter((one) => !keys.has(keyOf(one))).map((one) => redirected(one, question, goes));
  const problems = judged.flatMap(({ stays, lost }) => stays ?? lost ?? []);
  return {
    drains: [...drains, ...services],
    services: mesh.services.filter((service) => goes.some((one) => one.service === service)),
    refusals: force ? [] : problems,
    warnings: force ? problems.map((one) => ({ ...one, severity: "warning" as const })) : [],
  };
}

/** What undrain ends: the drains of these services in the cluster. Refuses weights that nothing answers, unless `force`. */
export function decideUndrain(question: DrainQuestion, facts: readonly DrainFacts[]): DrainDecision {
  const { mesh, cluster, before, force } = question;
  const isMeant = (one: Drain): boolean =>
    one.cluster === cluster.name &&
    facts.some(({ service }) => service.name === one.service && service.namespace === one.namespace);
  const problems = facts.flatMap(({ service, actual }) => {
    const drained = withDrains(mesh, before).services.find(
      (one) => one.name === service.name && one.namespace === service.namespace,
    );
    const back = drained === undefined ? [] : lostVersions(drained);
    return service.versions
      .filter(({ name, clusters }) => back.includes(name) && clusters.includes(cluster.name))
      .filter(
        (version) => routesOf(service, version).length > 0 && podsIn(actual[cluster.name], version.name).length === 0,
      )
      .map((version) => notReady(service, version, cluster.name, force));
  });
  return {
    drains: before.map((one) => (isMeant(one) ? { ...one, stage: "ended", at: question.now } : one)),
    services: mesh.services.filter((service) =>
      before.some((one) => isMeant(one) && one.service === service.name && one.namespace === service.namespace),
    ),
    refusals: [
      ...facts
        .filter(({ service }) => usesGatewayApi(service) && before.some((one) => isMeant(one) && isOf(one, service)))
        .map(({ service }) => drainedBefore(service, cluster.name)),
      ...(force ? [] : problems),
    ],
    warnings: force ? problems : [],
  };
}

interface Judged {
  readonly service: Service;
  readonly drain: Drain;
  /** Why it cannot leave. */
  readonly stays?: Diagnostic;
  /** Which routes lose a version. */
  readonly lost?: Diagnostic;
}

function judgeService(question: DrainQuestion, facts: DrainFacts): Judged {
  const { mesh, cluster, before } = question;
  const { service, selector } = facts;
  const drained = withDrains({ ...mesh, services: [service] }, before).services[0] ?? service;
  const stay = mesh.clusters.filter(({ name }) => name !== cluster.name && drainIn(drained, name) === undefined);
  const answering = stay.filter(({ name }) => podsIn(facts.actual[name], undefined).length > 0);
  const instead = nearest(answering, facts, cluster);
  const judged = { service, drain: drainFor(question, facts, { stay, instead }) };
  if (usesGatewayApi(service)) {
    return { ...judged, stays: byGatewayApi(service, cluster.name) };
  }
  if (selector === undefined || Object.keys(selector).length === 0) {
    return { ...judged, stays: withoutSelector(service) };
  }
  return instead === undefined || !service.exported
    ? { ...judged, stays: onlyHere(service, cluster.name, stay) }
    : { ...judged, ...judgeVersions(cluster.name, facts, stay) };
}

function drainFor(
  { cluster, before, now }: DrainQuestion,
  facts: DrainFacts,
  { stay, instead }: { readonly stay: readonly Cluster[]; readonly instead: Cluster | undefined },
): Drain {
  const { service, selector = {} } = facts;
  const known = before.find(
    (one) => one.cluster === cluster.name && one.service === service.name && one.namespace === service.namespace,
  );
  const chosen = service.versions.flatMap((version) => {
    const ready = stay.filter((other) => isReadyIn(facts, version, other));
    const first = nearest(ready, facts, cluster, version.name);
    return first === undefined ? [] : [[version.name, first.name] as const];
  });
  return {
    cluster: cluster.name,
    namespace: service.namespace,
    service: service.name,
    since: known?.since ?? now,
    selector,
    instead: instead?.name ?? "",
    ...(chosen.length === 0 ? {} : { versions: Object.fromEntries(chosen) }),
    stage: known?.stage ?? "callers",
    at: now,
  };
}

/** What becomes of the versions that run there and get requests. */
function judgeVersions(cluster: string, facts: DrainFacts, stay: readonly Cluster[]): Pick<Judged, "stays" | "lost"> {
  const { service } = facts;
  const asked = service.versions.filter(
    (version) => version.clusters.includes(cluster) && routesOf(service, version).length > 0,
  );
  const runsElsewhere = (version: ServiceVersion): boolean => stay.some(({ name }) => version.clusters.includes(name));
  const isLeft = (version: ServiceVersion): boolean => stay.some((other) => isReadyIn(facts, version, other));
  const idle = asked.filter((version) => runsElsewhere(version) && !isLeft(version));
  if (idle.length > 0) {
    return { stays: onlyHere(service, cluster, stay, idle) };
  }
  const lost = asked.filter((version) => !runsElsewhere(version));
  const weightOf = (weights: Readonly<Record<string, number>>, { name }: ServiceVersion): number => weights[name] ?? 0;
  const isEmptied = service.routes.some(
    ({ weights }) =>
      lost.some((version) => weightOf(weights, version) > 0) &&
      service.versions.every((version) => weightOf(weights, version) === 0 || !isLeft(version)),
  );
  return isEmptied
    ? { stays: onlyHere(service, cluster, stay, lost) }
    : lost.length === 0
      ? {}
      : { lost: losesVersions(service, lost, cluster) };
}

function isReadyIn({ actual }: DrainFacts, { name, clusters }: ServiceVersion, cluster: Cluster): boolean {
  return clusters.includes(cluster.name) && podsIn(actual[cluster.name], name).length > 0;
}

/** The same region first, then the most pods. */
function nearest(
  all: readonly Cluster[],
  { actual }: DrainFacts,
  cluster: Cluster,
  version?: string,
): Cluster | undefined {
  const rank = (one: Cluster): number =>
    (one.region !== undefined && one.region === cluster.region ? 1_000_000 : 0) +
    podsIn(actual[one.name], version).length;
  return all.toSorted((a, b) => rank(b) - rank(a))[0];
}

function runsIn({ service, actual }: DrainFacts, cluster: string): boolean {
  return (
    service.versions.some(({ clusters }) => clusters.includes(cluster)) ||
    podsIn(actual[cluster], undefined).length > 0 ||
    // Of a cluster that does not answer nobody knows that it does not run there.
    (service.versions.length === 0 && actual[cluster] === undefined)
  );
}

/** What went to the cluster that is drained now goes where that one's requests go. */
function redirected(drain: Drain, { cluster, now }: DrainQuestion, goes: readonly Judged[]): Drain {
  const next = goes.find(({ service }) => service.name === drain.service && service.namespace === drain.namespace);
  const { versions = {} } = drain;
  if (next === undefined || ![drain.instead, ...Object.values(versions)].includes(cluster.name)) {
    return drain;
  }
  const { instead } = drain.instead === cluster.name ? next.drain : drain;
  return { ...drain, instead, versions: { ...versions, ...next.drain.versions }, at: now };
}

function routesOf(service: Service, { name }: ServiceVersion): readonly string[] {
  return service.routes.filter(({ weights }) => (weights[name] ?? 0) > 0).map((route) => route.name);
}

function isOf(one: Drain, { namespace, name }: Service): boolean {
  return one.service === name && one.namespace === namespace;
}

function keyOf({ cluster, namespace, service }: Drain): string {
  return `${cluster}/${namespace}/${service}`;
}

function withoutSelector({ namespace, name }: Service): Diagnostic {
  return {
    ...errorOf("ISM601"),
    detail: `Service ${namespace}/${name} selects no pods in any cluster that answers, so that nothing says which endpoints are to be left.`,
    fix: "Give the Service a selector, or leave it out: name the others with --service.",
  };
}

function onlyHere(
  { namespace, name, exported }: Service,
  cluster: string,
  stay: readonly Cluster[],
  versions: readonly ServiceVersion[] = [],
): Diagnostic {
  const what = versions.length === 0 ? "" : `${versions.map((one) => one.name).join(", ")} of `;
  const where = !exported
    ? "the mesh file keeps it there (export: false)"
    : stay.length === 0
      ? "no other cluster stays"
      : `no pod is ready in ${stay.map((one) => one.name).join(" or ")}`;
  return {
    ...errorOf("ISM602"),
    detail: `${what}${namespace}/${name} runs in ${cluster} and ${where}: without ${cluster} every request to it would fail.`,
    fix: `${exported ? "Get pods ready elsewhere first, or leave the service out" : "Leave the service out"}: name the others with --service. With --force ${namespace}/${name} keeps its traffic in ${cluster} and everything else is drained.`,
  };
}

function losesVersions(service: Service, lost: readonly ServiceVersion[], cluster: string): Diagnostic {
  const names = lost.map(({ name }) => name);
  const routes = service.routes
    .filter(({ weights }) => names.some((name) => (weights[name] ?? 0) > 0))
    .map((route) => {
      const shares = names.filter((name) => (route.weights[name] ?? 0) > 0);
      return `route ${route.name} loses ${shares.map((name) => `${name} (${route.weights[name] ?? 0} %)`).join(", ")}`;
    });
  return {
    ...errorOf("ISM603"),
    detail: `${names.join(", ")} of ${service.namespace}/${service.name} ${names.length === 1 ? "runs" : "run"} in no cluster that stays when ${cluster} is drained: ${routes.join("; ")}.`,
    fix: "Run the version elsewhere first, or shift its weight away: isthmus shift. With --force the other versions of these routes get its share until undrain.",
  };
}

function notReady(service: Service, version: ServiceVersion, cluster: string, force: boolean): Diagnostic {
  return {
    ...coded("ISM604", force ? "warning" : "error"),
    detail: `${version.name} of ${service.namespace}/${service.name} runs in ${cluster} only and no pod of it is ready there, and gets its weight of ${routesOf(service, version).join(", ")} back.`,
    fix: `Wait until its pods are ready: isthmus status. With --force it gets its requests all the same.`,
    cluster,
  };
}
