import type { RefusedWrite } from "../../plan/plan.ts";
import { describeId } from "../../model/kube-object.ts";
import type { Service } from "../../model/mesh.ts";
import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import { kubectl } from "../commands.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import type { HinderedWorkload } from "../hindrance-facts.ts";
import { whyNotCompared } from "../not-compared.ts";
import { reachedClusters } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import { wayToInjector, webhookOf } from "../injector-subjects.ts";
import { apiServer, appliedObject, istiod, newPods, startOf, wayToIstiod } from "../subjects.ts";

/**
 * What stands between the next apply, or the next pod, and the API server,
 * while all that is there is as it should be: policies and webhooks are asked by
 * dry-runs of what changes nothing.
 */
export const writes: Check = {
  id: "control-plane/writes",
  sentence: "an apply could write the mesh's objects, and new pods would be let in",
  pre: false,
  unseen: (facts) => [...whyNotCompared(facts), ...untriedWrites(facts)],
  run: (facts) =>
    reachedClusters(facts).flatMap((one) => {
      const refused = one.drift?.kind === "compared" ? (one.drift.refusedWrites ?? []) : [];
      const bySource = new Map<string, { readonly source: Source; readonly writes: RefusedWrite[] }>();
      for (const write of refused) {
        const source = sourceOf(write.says);
        // Its webhooks are one program behind one port.
        const key = isOfIstiod(source) ? "istiod" : `${source.kind} ${source.name} ${write.pod ?? false}`;
        const known = bySource.get(key) ?? { source, writes: [] };
        known.writes.push(write);
        bySource.set(key, known);
      }
      return [...bySource.values()].flatMap(({ source, writes: all }) => findingOf(one, source, all));
    }),
};

/** Of what nobody knows whether it would be let in, a clause each. */
function untriedWrites(facts: MeshFacts): readonly string[] {
  return reachedClusters(facts).flatMap((one): readonly string[] => {
    const { cluster, drift } = one;
    if (drift?.kind !== "compared") {
      return [];
    }
    const { triedWrites: tried } = drift;
    if (tried === undefined) {
      return [`no write was tried in ${cluster}`];
    }
    const known = new Set(tried.pods);
    const here = facts.mesh.services.filter((service) => hasPods(service, one));
    const dark = [...new Set(here.map(({ namespace }) => namespace))].filter((namespace) => !known.has(namespace));
    const [first, ...rest] = tried.unknown;
    return [
      ...(first === undefined
        ? []
        : [`${cluster}: ${first.write}${rest.length === 0 ? "" : ` and ${rest.length} more`}: ${first.reason}`]),
      ...(dark.length === 0 ? [] : [`pods in ${list(dark)} of ${cluster}: none was tried`]),
    ];
  });
}

/** Whether a service has pods in a cluster, or is to have them: without a selector they are nothing's that makes more. */
function hasPods({ namespace, name, versions }: Service, { cluster, services }: ReachedCluster): boolean {
  const here = services.find(({ service }) => service === `${namespace}/${name}`);
  if (here?.present === true && Object.keys(here.selector).length === 0) {
    return false;
  }
  return versions.length === 0
    ? (here?.endpoints.length ?? 0) > 0
    : versions.some(({ clusters }) => clusters.includes(cluster));
}

/** What has refused, as the API server names it. */
interface Source {
  readonly kind: "policy" | "webhook" | "silent webhook" | "rule";
  readonly name: string;
}

function sourceOf(says: string): Source {
  const [, policy] = /olicy '([^']*)' with binding/.exec(says) ?? [];
  const [, silent] = /failed calling webhook "([^"]*)"/.exec(says) ?? [];
  const [, webhook] = /admission webhook "([^"]*)" denied/.exec(says) ?? [];
  return policy !== undefined
    ? { kind: "policy", name: policy }
    : silent !== undefined
      ? { kind: "silent webhook", name: silent }
      : webhook === undefined
        ? { kind: "rule", name: "" }
        : { kind: "webhook", name: webhook };
}

function isOfIstiod({ kind, name }: Source): boolean {
  return kind === "silent webhook" && name.endsWith(".istio.io");
}

function findingOf(one: ReachedCluster, source: Source, refused: readonly RefusedWrite[]): readonly Finding[] {
  const [first] = refused;
  if (first === undefined) {
    return [];
  }
  if (isOfIstiod(source)) {
    return [istiodAway(one, refused)];
  }
  // A webhook for routes that does not answer is a check of its own.
  const isTold = source.kind === "silent webhook" && one.writeHooks?.some(({ name }) => name === source.name) === true;
  return isTold && first.pod === undefined ? [] : [heldBack(one, source, refused)];
}

/** A firewall between API server and pods does this, in clusters whose control plane is elsewhere (https://istio.io/latest/docs/setup/platform-setup/gke/). */
function istiodAway(one: ReachedCluster, refused: readonly RefusedWrite[]): Finding {
  const pods = refused.some(({ pod }) => pod === true);
  const objects = refused.some(({ pod }) => pod !== true);
  const names = [...new Set(refused.map(({ says }) => sourceOf(says).name))];
  const ruleless = refused.some(({ says }) => isRuleless(says));
  return problem("ISM759", {
    detail: `The API server of ${one.cluster} has to ask istiod (${names.join(", ")}), and gets no answer (${shorten(refused[0]?.says ?? "")}): ${[...(pods ? ["no new pod of the mesh is made there"] : []), ...(objects ? ["it refuses each write of a route"] : [])].join(", and ")}, however well istiod runs.${ruleless ? " It asks at the Service's own address, for which its node has no rule of kube-proxy: what comes to Services from there, and mostly to load balancers, ends as well." : ""}`,
    fix: ruleless
      ? `Whoever runs the nodes of ${one.cluster} has to start kube-proxy of the API server's node anew, which writes its rules again, and see who took them away (a firewall that was loaded anew flushes all of nftables or iptables). Where it is a DaemonSet: ${kubectl(one, "-n", "kube-system", "rollout", "restart", "daemonset", "kube-proxy")}`
      : `Whoever runs the network of ${one.cluster} has to see that its API server reaches the pods of istiod at TCP port 15017 (firewalls between control plane and nodes, security groups). What it says of it: ${kubectl(one, "-n", "istio-system", "get", "endpointslices", "-l", "kubernetes.io/service-name=istiod")}`,
    cluster: one.cluster,
    breaks: refused.flatMap(({ id, pod }) =>
      pod === true ? [newPods(one.cluster, id.namespace ?? ""), wayToInjector(one.cluster)] : [],
    ),
    needs: [istiod(one.cluster), webhookOf(one.cluster), wayToIstiod(one.cluster)],
    provenBy: { own: [] },
  });
}

/** The Service's own port at an address that nobody leads on; at a pod's it would be 15017. */
function isRuleless(says: string): boolean {
  return /dial tcp \S+:443: connect: (?:no route to host|network is unreachable|connection refused)/.test(says);
}

function heldBack(one: ReachedCluster, source: Source, refused: readonly RefusedWrite[]): Finding {
  const pods = refused.some(({ pod }) => pod === true);
  const says = refused[0]?.says ?? "";
  const what = list(
    refused.map(({ id }) => (pods ? `pods of ${describeId(id)}` : `${id.kind} in ${id.namespace ?? "the cluster"}`)),
  );
  const who = {
    policy: `admission policy ${source.name} refuses`,
    webhook: `webhook ${source.name} refuses`,
    "silent webhook": `webhook ${source.name}, which has to be asked and does not answer, holds back`,
    rule: "the API server refuses",
  }[source.kind];
  // Who makes a pod may matter to a policy, and this account is no controller.
  const mayDependOnUs = pods && source.kind !== "silent webhook" && source.kind !== "rule";
  const isDoubtful = mayDependOnUs && !refused.some(({ id }) => one.hindered.some((it) => isAbout(it, id)));
  const state = isDoubtful ? "pods, in doubt" : pods ? "pods" : "writes";
  const consequence = {
    pods: "those that run go on, and none that goes is made again.",
    "pods, in doubt": `those that run go on. It was tried as the account of context ${one.context}: what goes by who makes a pod may let in those of Kubernetes' own controllers, and no workload named here lacks one now.`,
    writes: "requests go on as they are, and no apply, shift or drain changes that there.",
  }[state];
  // A freeze may be meant, and then nothing is wrong with what is there.
  const isFault = source.kind === "silent webhook" || state === "pods";
  return (isFault ? problem : warning)("ISM758", {
    detail: `In ${one.cluster} ${who} ${pods ? "new" : "every write of"} ${what}, by a dry-run that changes nothing (${shorten(says)}): ${consequence}`,
    fix: pods && source.kind === "rule" ? ruleFix(one, refused) : decisionFix(one, { source, says, isDoubtful }),
    cluster: one.cluster,
    needs: [
      apiServer(one.cluster),
      // Where pods are missing already that is told, with the same words.
      ...(pods ? refused.flatMap(({ id, says: words }) => [...podsOf(one, id), ...accountIn(one, words)]) : []),
    ],
    provenBy: { own: mayDependOnUs ? ["hindered"] : [] },
  });
}

/** The command that shows it, after a blank; nothing where nothing is named. */
function lookAt(one: ReachedCluster, { kind }: Source, says: string): string {
  const policies = `${says.includes("ValidatingAdmissionPolicy") ? "validating" : "mutating"}admissionpolicies`;
  const kinds = kind === "policy" ? policies : "validatingwebhookconfigurations,mutatingwebhookconfigurations";
  return kind === "rule" ? "" : ` ${kubectl(one, "get", kinds)}`;
}

function decisionFix(
  one: ReachedCluster,
  { source, says, isDoubtful }: { readonly source: Source; readonly says: string; readonly isDoubtful: boolean },
): string {
  const whoever = isDoubtful
    ? "Nothing where it lets in the pods of Kubernetes' own controllers. Otherwise whoever"
    : "Whoever";
  return `${whoever} set it has to decide: take isthmus and these namespaces out of it, end it, or write what it asks for into the mesh file and the services' manifests.${lookAt(one, source, says)}`;
}

/** Where Kubernetes' own rules refuse pods: what they go by is there to be read. */
function ruleFix(one: ReachedCluster, [first]: readonly RefusedWrite[]): string {
  const { namespace = "" } = first?.id ?? {};
  return `Whoever runs namespace ${namespace} has to decide: have the pods ask for what it says, or take away what asks for it. ${kubectl(one, "-n", namespace, "get", "resourcequotas,limitranges,serviceaccounts")}`;
}

/** An account that pods run as and that is not there: where an apply makes it, that is told already. */
function accountIn({ cluster }: ReachedCluster, says: string): readonly Subject[] {
  const [, namespace, name] = /error looking up service account ([^/]+)\/([^:]+):/.exec(says) ?? [];
  return namespace === undefined || name === undefined
    ? []
    : [appliedObject(cluster, { group: "", kind: "ServiceAccount", namespace, name })];
}

function podsOf({ cluster }: ReachedCluster, { namespace = "", name }: RefusedWrite["id"]): readonly Subject[] {
  return [startOf(cluster, namespace, name), newPods(cluster, namespace)];
}

function isAbout(one: HinderedWorkload, { kind, namespace, name }: RefusedWrite["id"]): boolean {
  return one.kind === kind && one.namespace === namespace && one.name === name;
}

function list(all: readonly string[]): string {
  const named = [...new Set(all)];
  return named.length > 3 ? `${named.slice(0, 3).join(", ")} and ${named.length - 3} more` : named.join(", ");
}

/** How much of the API server's words is shown. */
const shownLength = 300;

function shorten(words: string): string {
  const text = words.replace(/\.+$/, "");
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
}
