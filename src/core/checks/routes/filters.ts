import { hasLabels } from "../../model/labels.ts";
import type { ObjectId } from "../../model/kube-object.ts";
import { ingressGateway, istioNamespace } from "../../render/names.ts";
import type { BesideFacts } from "../beside-facts.ts";
import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import { kubectl, kubectlCommand } from "../commands.ts";
import type { ReachedCluster } from "../facts.ts";
import { answeringPods, silentPods } from "../gateways/proxies-answer.ts";
import type { ProxyFilterFacts } from "../proxy-facts.ts";
import { meshClusters } from "../reached.ts";
import { plainIngress } from "../subjects.ts";

/**
 * Limits and faults that an EnvoyFilter puts into a proxy: Istio itself makes
 * none. A limit may be meant; one that takes no two requests within a second is
 * wrong for every service that anybody calls.
 */
export const filters: Check = {
  id: "routes/filters",
  sentence: "no filter in ingress proxies or sidecars answers requests with errors",
  pre: false,
  unseen: (facts) => meshClusters(facts).flatMap((one) => silentPods(one, ingressGateway)),
  run: (facts) => meshClusters(facts).flatMap(findingsIn),
};

interface Held {
  /** `proxies of the ingress`, `sidecars in shop`. */
  readonly whose: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly filter: ProxyFilterFacts;
}

const ofGateway = "proxies of the ingress";

interface Group {
  readonly by: readonly EnvoyFilter[];
  readonly said: Set<string>;
  readonly bad: boolean;
  readonly ofIngress: boolean;
}

type EnvoyFilter = BesideFacts["filters"][number];

function findingsIn(one: ReachedCluster): readonly Finding[] {
  const groups = new Map<string, Group>();
  for (const held of heldIn(one)) {
    const by = madeBy(one, held);
    const key = by.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`).join(", ");
    const group = groups.get(key) ?? { by, said: new Set<string>(), bad: false, ofIngress: false };
    group.said.add(`${held.whose} ${describe(held.filter)}`);
    groups.set(key, {
      ...group,
      bad: group.bad || isBad(held.filter),
      ofIngress: group.ofIngress || held.whose === ofGateway,
    });
  }
  return [...groups].map(([names, { by, said, bad, ofIngress }]) => {
    const [object] = by.map(idOf);
    const [writer] = by.map(({ written }) => (written.by === "" ? "" : ` (written by ${written.by} at ${written.at})`));
    return (bad ? problem : warning)("ISM566", {
      detail: `In ${one.cluster} ${[...said].join("; ")}.${names === "" ? "" : ` That comes from ${names}${by.length === 1 ? (writer ?? "") : ""}.`}`,
      fix:
        object === undefined
          ? `No object is found that puts it there: ${kubectl(one, "get", "envoyfilters.networking.istio.io", "--all-namespaces")}`
          : `Whoever wrote it has to decide: let more requests through, or delete it: ${by.map((filter) => kubectlCommand(one, "delete", idOf(filter))).join("; ")}`,
      cluster: one.cluster,
      ...(object === undefined ? {} : { object }),
      ...(ofIngress ? { breaks: [plainIngress(one.cluster)] } : {}),
    });
  });
}

function idOf({ kind, namespace, name }: EnvoyFilter): ObjectId {
  return {
    group: kind === "EnvoyFilter" ? "networking.istio.io" : "extensions.istio.io",
    kind,
    namespace,
    name,
  };
}

function heldIn(one: ReachedCluster): readonly Held[] {
  const labelsOf = (name: string): Held["labels"] =>
    one.pods.find((pod) => pod.namespace === istioNamespace && pod.name === name)?.labels ?? {};
  return [
    ...answeringPods(one, ingressGateway).flatMap(({ name, config }) =>
      (config.filters ?? []).map((filter) => ({
        whose: ofGateway,
        namespace: istioNamespace,
        labels: labelsOf(name),
        filter,
      })),
    ),
    ...one.callers.flatMap(({ namespace, name, labels, namespaces, filters: held = [] }) =>
      held.map((filter) => ({
        whose: `sidecars in ${namespaces.join(", ")} (asked: ${name})`,
        namespace,
        labels,
        filter,
      })),
    ),
  ];
}

/** Those that are for the proxy and name such a filter. */
function madeBy({ routing }: ReachedCluster, { namespace, labels, filter }: Held): readonly EnvoyFilter[] {
  return (routing.beside?.filters ?? []).filter(
    (one) =>
      (filter.filter === "wasm"
        ? filter.unfetched === `${one.namespace}.${one.name}` && one.kind !== "EnvoyFilter"
        : one.sets?.includes(filter.filter) === true) &&
      (one.namespace === namespace || one.namespace === istioNamespace) &&
      hasLabels(labels, one.selector ?? {}),
  );
}

function isBad({ limit, fault, asks, unfetched, refusesAll }: ProxyFilterFacts): boolean {
  return (
    refusesAll === true ||
    asks !== undefined ||
    unfetched !== undefined ||
    fault?.abort !== undefined ||
    (limit !== undefined && limit.perSecond < 1 && limit.burst <= 1 && limit.percent >= 50)
  );
}

/** What filters do that refuse everything. */
const refusals: Readonly<Partial<Record<ProxyFilterFacts["filter"], string>>> = {
  lua: "a script (lua) answers each request itself",
  rbac: "rules (rbac) deny everybody",
  direct_response: "an answer of the proxy itself (direct_response) takes the place of all others",
};

function describe({ at, filter, limit, fault = {}, asks, unfetched, refusesAll }: ProxyFilterFacts): string {
  if (refusesAll === true) {
    return `let nothing through at ${at}: ${refusals[filter] ?? filter}`;
  }
  if (asks !== undefined) {
    return `refuse all requests at ${at}: they ask ${asks} whether each may pass, and have no such cluster`;
  }
  if (unfetched !== undefined) {
    return `refuse all requests at ${at}: they could not fetch the extension of ${unfetched.replace(".", "/")}, and let nothing pass without it`;
  }
  if (limit !== undefined) {
    const rate =
      limit.perSecond < 1
        ? `one request in ${Number((1 / limit.perSecond).toFixed(1))} s`
        : `${Number(limit.perSecond.toFixed(1))} requests a second`;
    return `let ${rate} through at ${at} (${limit.burst} at once), and answer the rest with ${limit.status}${share(limit.percent)}`;
  }
  const { abort, delay } = fault;
  return [
    ...(abort === undefined ? [] : [`answer with ${abort.status || "an error"} at ${at}${share(abort.percent)}`]),
    ...(delay === undefined ? [] : [`wait ${delay.seconds} s at ${at}${share(delay.percent)}`]),
  ].join(" and ");
}

function share(percent: number): string {
  return percent >= 100 ? "" : ` (${Number(percent.toFixed(2))} % of them)`;
}
