import type { ObjectId } from "../../model/kube-object.ts";
import type { CheckCode } from "../../diagnostics/codes/check.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl, kubectlCommand } from "../commands.ts";
import { closedNodes } from "../closed-nodes.ts";
import type { ReachedCluster } from "../facts.ts";
import type { HinderedWorkload } from "../hindrance-facts.ts";
import { meshClusters } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import { appliedObject, newPods, nodes, rootInNamespace, startOf, workloadsOf } from "../subjects.ts";

/** What Kubernetes says of pods that are not there. Crashes and probes that fail are the application's own matter, and said where its pods are missed. */
export const podsStart: Check = {
  id: "access/pods-start",
  sentence: "nothing keeps the mesh's pods from starting",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      const groups = new Map<string, Hindrance & { readonly workloads: HinderedWorkload[] }>();
      for (const workload of one.hindered) {
        const hindrance = hindranceOf(one, workload);
        if (hindrance !== undefined) {
          const known = groups.get(hindrance.key);
          groups.set(hindrance.key, { ...hindrance, workloads: [...(known?.workloads ?? []), workload] });
        }
      }
      return [...groups.values()].map((group) => findingOf(one, group));
    }),
};

/** One reason, which may hold for several workloads. */
interface Hindrance {
  readonly key: string;
  readonly code: CheckCode;
  readonly what: string;
  readonly fix: string;
  readonly commands?: readonly string[];
  /** True where pods have to be asked for again, since controllers wait longer each time. */
  readonly again?: boolean;
  /** What is run when the pods are there. */
  readonly after?: readonly string[];
  readonly object?: ObjectId;
  readonly breaks?: readonly Subject[];
  readonly needs?: readonly Subject[];
  /** True where it keeps pods away whatever the workload is like. */
  readonly apart?: boolean;
}

function findingOf(
  one: ReachedCluster,
  group: Hindrance & { readonly workloads: readonly HinderedWorkload[] },
): Finding {
  const { code, what, fix, commands = [], workloads, object } = group;
  const [first] = workloads;
  const named = workloads.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`);
  const restarts = group.again === true ? workloads.flatMap((each) => restartOf(one, each)) : [];
  return problem(code, {
    detail: `${named.slice(0, 4).join(", ")}${named.length > 4 ? ` and ${named.length - 4} more` : ""} of ${one.cluster} ${named.length === 1 ? "lacks" : "lack"} pods: ${what}.`,
    fix,
    ...(commands.length === 0 ? {} : { commands: [...commands, ...restarts, ...(group.after ?? [])] }),
    cluster: one.cluster,
    object: object ?? idOf(first),
    // Of nodes it says which of them takes none.
    provenBy: { own: ["istiod", "hindered", ...(code === "ISM596" ? ["nodes" as const] : [])] },
    breaks: [...workloads.flatMap((each) => partsOf(one, each)), ...(group.breaks ?? [])],
    needs: [
      ...(group.needs ?? []),
      ...workloads.flatMap((each) => [
        ...(group.apart === true ? [] : [appliedObject(one.cluster, idOf(each))]),
        ...(code === "ISM595" ? [newPods(one.cluster, each.namespace)] : []),
        ...namedIn(one, each),
      ]),
    ],
  });
}

/** How Kubernetes' words name what pods refer to: `serviceaccount "web" not found`. */
const references = { serviceaccount: "ServiceAccount", configmap: "ConfigMap", secret: "Secret" } as const;

/** What pods refer to and Kubernetes does not find: where somebody has deleted it, that is why. */
function namedIn({ cluster }: ReachedCluster, { namespace, words }: HinderedWorkload): readonly Subject[] {
  return [...words.matchAll(/\b(serviceaccount|configmap|secret) "([^"]+)" not found/gi)].map(
    ([, kind = "", name = ""]) => {
      const known = references[kind.toLowerCase() as keyof typeof references];
      return appliedObject(cluster, { group: "", kind: known, namespace, name });
    },
  );
}

function idOf(workload: HinderedWorkload | undefined): ObjectId {
  const { kind = "", namespace = "", name = "" } = workload ?? {};
  return { group: "apps", kind, namespace, name };
}

function partsOf(one: ReachedCluster, { namespace, name, service, version }: HinderedWorkload): readonly Subject[] {
  return [
    startOf(one.cluster, namespace, name),
    ...(service === undefined || version === undefined ? [] : [workloadsOf(one.cluster, service, version)]),
  ];
}

/** Has the pods made, and waits for them. */
function restartOf(one: ReachedCluster, { kind, namespace, name }: HinderedWorkload): readonly string[] {
  const workload = kind.toLowerCase();
  return [
    kubectl(one, "-n", namespace, "rollout", "restart", workload, name),
    kubectl(one, "-n", namespace, "rollout", "status", workload, name, "--timeout=2m"),
  ];
}

function failurePolicy(
  one: ReachedCluster,
  object: ObjectId,
  { place, name, value }: { readonly place: number; readonly name: string; readonly value: "Ignore" | "Fail" },
): string {
  const operations = [
    { op: "test", path: `/webhooks/${place}/name`, value: name },
    { op: "replace", path: `/webhooks/${place}/failurePolicy`, value },
  ];
  return kubectlCommand(one, "patch", object, "--type=json", "-p", JSON.stringify(operations));
}

function hindranceOf(one: ReachedCluster, workload: HinderedWorkload): Hindrance | undefined {
  const { words, webhook } = workload;
  if (webhook !== undefined) {
    // The injector's own way is a check of its own.
    return webhook.name.endsWith("sidecar-injector.istio.io") ? undefined : byWebhook(one, workload, webhook);
  }
  if (/no node takes the pod|nodes are available/.test(words)) {
    return byNodes(one, words);
  }
  if (/pods cannot be created|FailedCreate/.test(words)) {
    return {
      key: `refused ${words}`,
      code: "ISM595",
      what: shorten(words),
      fix: `Whoever set what refuses them has to decide, or whoever deploys them: ${describeCommand(one, workload)}`,
    };
  }
  return /ErrImagePull|ImagePullBackOff|InvalidImageName|CreateContainer(?:Config)?Error|Failed(?:Mount|AttachVolume)/.test(
    words,
  )
    ? {
        key: `${workload.namespace}/${workload.name}`,
        code: "ISM597",
        what: shorten(words),
        // A namespace that istiod has given up is a check of its own.
        needs: /FailedMount/.test(words) ? [rootInNamespace(one.cluster, workload.namespace)] : [],
        fix: `Whoever deploys it has to put that right: the image and its pull secret, or the Secret, ConfigMap or volume that it names: ${describeCommand(one, workload)}`,
      }
    : undefined;
}

function describeCommand(one: ReachedCluster, { kind, namespace, name }: HinderedWorkload): string {
  return kubectl(one, "-n", namespace, "describe", kind.toLowerCase(), name);
}

function byWebhook(
  one: ReachedCluster,
  { namespace, words }: HinderedWorkload,
  { name, kind, configuration, place, answers, service }: NonNullable<HinderedWorkload["webhook"]>,
): Hindrance {
  const object = { group: "admissionregistration.k8s.io", kind, name: configuration };
  const where = service === undefined ? "" : ` (Service ${service})`;
  const common = {
    key: `webhook ${kind}/${configuration}/${name}`,
    code: "ISM595",
    object,
    breaks: [newPods(one.cluster, namespace)],
  } as const;
  if (answers) {
    return {
      ...common,
      what: `webhook ${name} of ${kind} ${configuration} refuses them (${shorten(words)})`,
      fix: `Whoever runs the webhook${where} has to decide what it lets through, or whoever deploys the pods has to change them.`,
    };
  }
  return {
    ...common,
    what: `the API server has to ask webhook ${name} of ${kind} ${configuration}${where} before each, and gets no answer (${shorten(words)})`,
    fix: `Whoever runs the webhook has to bring back what answers for it. Where pods cannot wait for that, and it may let pass for a moment whatever it is asked for, these make them and have it asked again:`,
    commands: [failurePolicy(one, object, { place, name, value: "Ignore" })],
    after: [failurePolicy(one, object, { place, name, value: "Fail" })],
    again: true,
    apart: true,
  };
}

function byNodes(one: ReachedCluster, words: string): Hindrance {
  const { names, what, commands } = closedNodes(one, words);
  return {
    key: commands.length > 0 ? "nodes" : `nodes ${reasonOf(words)}`,
    code: "ISM596",
    what: `${what.length === 0 ? "" : `${what.join(", ")} (`}${shorten(reasonOf(words))}${what.length === 0 ? "" : ")"}`,
    ...(commands.length > 0
      ? {
          fix: "Let pods onto the nodes again, where that is not kept from them on purpose.",
          commands,
          apart: true,
          object: { group: "", kind: "Node", name: names[0] ?? "" },
        }
      : {
          fix: `Whoever runs the cluster has to decide which node is to take them, or whoever deploys them what they ask for: ${kubectl(one, "describe", "nodes")}`,
        }),
    needs: [nodes(one.cluster)],
    // Nothing starts anywhere then.
    breaks:
      names.length > 0 && one.nodes.every(({ name, ready }) => !ready || names.includes(name))
        ? [nodes(one.cluster)]
        : [],
  };
}

/** The scheduler's reason without the pod's name, and without what it says of preemption. */
function reasonOf(words: string): string {
  return words.replace(/^.*?no node takes the pod: /, "").replace(/ preemption:.*$/s, "");
}

/** How much of Kubernetes' words is shown. */
const shownLength = 300;

function shorten(words: string): string {
  const text = words.replace(/[.,\s]+$/, "");
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
}
