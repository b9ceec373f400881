import type { KubeObject } from "../../core/model/kube-object.ts";
import { keyOf, idOf } from "../../core/model/kube-object.ts";
import type { Labels } from "../../core/model/labels.ts";
import { hasLabels } from "../../core/model/labels.ts";
import { istioNamespace } from "../../core/render/names.ts";
import { compareText } from "../../core/render/order.ts";
import { exportAnnotation } from "../../core/checks/routes/visibility.ts";

/** A pod whose sidecar is asked, and the namespaces for whose pods it speaks. */
export interface ChosenCaller {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  /** Sorted. */
  readonly namespaces: readonly string[];
}

/**
 * One pod for each set of objects that concern some callers only: istiod makes
 * the same of everything else for every sidecar, and whether each has taken it
 * is known from istiod. So a mesh without such objects costs one tunnel, and an
 * object that is for one namespace or label costs one more.
 */
export function chooseCallers(pods: readonly KubeObject[], objects: readonly KubeObject[]): readonly ChosenCaller[] {
  const groups = new Map<string, ChosenCaller>();
  const sorted = pods.toSorted((a, b) => compareText(idText(a), idText(b)));
  for (const pod of sorted) {
    const key = objects
      .flatMap((object) => marksOf(object, pod))
      .toSorted(compareText)
      .join("\n");
    const { namespace = "", name, labels = {} } = pod.metadata;
    const { namespaces = [], ...first } = groups.get(key) ?? { namespace, name, labels };
    groups.set(key, { ...first, namespaces: [...new Set([...namespaces, namespace])] });
  }
  return [...groups.values()];
}

interface Selecting {
  readonly labels?: Labels;
  readonly matchLabels?: Labels;
}

interface Match {
  readonly sourceNamespace?: string;
  readonly sourceLabels?: Labels;
}

interface Spec {
  readonly host?: string;
  readonly exportTo?: readonly string[];
  readonly workloadSelector?: Selecting;
  readonly parentRefs?: readonly { readonly kind?: string; readonly namespace?: string }[];
  readonly http?: readonly { readonly match?: readonly Match[] }[];
  readonly tcp?: readonly { readonly match?: readonly Match[] }[];
  readonly tls?: readonly { readonly match?: readonly Match[] }[];
}

/** What tells this caller from one that an object does not concern; nothing where it concerns all callers alike. */
function marksOf(object: KubeObject, pod: KubeObject): readonly string[] {
  const of = object.metadata.namespace ?? "";
  const { namespace = "" } = pod.metadata;
  const spec = (object["spec"] ?? {}) as Spec;
  const key = keyOf(idOf(object));
  const exported = exportOf(object, spec);
  const limited = exported.length > 0 && !exported.includes("*");
  if (limited && !exported.includes(namespace) && !(exported.includes(".") && of === namespace)) {
    return [];
  }
  const sources = object.kind === "VirtualService" ? sourcesOf(spec, pod).map((index) => `${key} ${index}`) : [];
  return [...(limited || isForSome(object, spec, pod) ? [key] : []), ...sources];
}

/** Whether an object is for callers of its own namespace, or of some labels, and this is one of them. */
function isForSome({ kind, metadata }: KubeObject, spec: Spec, pod: KubeObject): boolean {
  const own = metadata.namespace === pod.metadata.namespace;
  const selector = spec.workloadSelector?.labels ?? spec.workloadSelector?.matchLabels;
  // That of a ServiceEntry selects its endpoints.
  if (selector !== undefined && kind !== "ServiceEntry") {
    const inRoot = kind === "EnvoyFilter" && metadata.namespace === istioNamespace;
    return (own || inRoot) && hasLabels(pod.metadata.labels ?? {}, selector);
  }
  return own && goesFirst(kind, spec, metadata);
}

/** Whether an object of a caller's namespace goes before others of the same host. */
function goesFirst(kind: string, spec: Spec, metadata: KubeObject["metadata"]): boolean {
  switch (kind) {
    case "ServiceEntry":
    case "Sidecar":
    case "EnvoyFilter":
      return true;
    case "DestinationRule":
      return !isOfNamespace(spec.host ?? "", metadata);
    case "HTTPRoute":
    case "GRPCRoute":
      return isOfConsumer(spec, metadata);
    default:
      return false;
  }
}

/** A route for a Service of another namespace is for callers of its own (https://gateway-api.sigs.k8s.io/geps/gep-1294/). */
function isOfConsumer({ parentRefs = [] }: Spec, { namespace }: KubeObject["metadata"]): boolean {
  return parentRefs.some((parent) => parent.kind === "Service" && (parent.namespace ?? namespace) !== namespace);
}

function exportOf({ kind, metadata }: KubeObject, { exportTo = [] }: Spec): readonly string[] {
  return kind === "Service"
    ? (metadata.annotations?.[exportAnnotation] ?? "").split(",").flatMap((one) => one.trim() || [])
    : exportTo;
}

/** A rule for a service of its own namespace is everybody's. */
function isOfNamespace(host: string, { namespace }: KubeObject["metadata"]): boolean {
  return !host.includes("*") && (!host.includes(".") || host.split(".")[1] === namespace);
}

/** Which of the matches that are for some callers only take requests of this one. */
function sourcesOf(
  { http = [], tcp = [], tls = [] }: Spec,
  { metadata: { namespace, labels = {} } }: KubeObject,
): readonly number[] {
  return [...http, ...tcp, ...tls]
    .flatMap(({ match = [] }) => match)
    .filter((match) => match.sourceNamespace !== undefined || match.sourceLabels !== undefined)
    .flatMap(({ sourceNamespace = namespace, sourceLabels = {} }, index) =>
      sourceNamespace === namespace && hasLabels(labels, sourceLabels) ? [index] : [],
    );
}

function idText({ metadata: { namespace = "", name } }: KubeObject): string {
  return `${namespace}/${name}`;
}
