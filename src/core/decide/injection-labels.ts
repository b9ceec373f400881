import { errorOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { InjectionLabels, Installation } from "../model/installed-istio.ts";
import { controlPlaneOf, defaultRevision } from "../model/installed-istio.ts";
import type { Mesh } from "../model/mesh.ts";
import { revisionOf } from "../render/istio-operator.ts";
import { serviceNamespaces } from "../render/service-namespaces.ts";
import { indented } from "./installation-patch.ts";
import { kubectlLine } from "../kubectl-line.ts";

/** A cluster with the labels of its namespaces that an apply leaves there. */
export interface LabelledCluster extends Pick<Installation, "cluster" | "context"> {
  readonly installed?: Installation["installed"];
  readonly injection: Readonly<Record<string, InjectionLabels>>;
}

/**
 * Namespaces of services whose label would keep the control plane of a revision
 * from being asked, whoever installs Istio (ISM581). Nothing where there is no revision.
 */
export function judgeInjection(mesh: Mesh, one: LabelledCluster): readonly Diagnostic[] {
  const { cluster, context, injection } = one;
  const revision = askedRevision(mesh, one);
  const found = serviceNamespaces(mesh).filter((name) => injection[name]?.injection !== undefined);
  if (revision === undefined || found.length === 0) {
    return [];
  }
  return [
    {
      ...errorOf("ISM581"),
      detail: `${found.length === 1 ? "Namespace" : "Namespaces"} ${found.join(", ")} of ${cluster.name} ${found.length === 1 ? "has" : "have"} the label istio-injection, and the control plane there has the revision ${revision}: beside istio.io/rev the label goes first, and no pod gets a sidecar. Nothing was changed.`,
      fix: `Take the label off:\n${indented(`${kubectlLine(context)} label namespace ${found.join(" ")} istio-injection-`)}`,
      cluster: cluster.name,
      object: { group: "", kind: "Namespace", name: found[0] ?? "" },
    },
  ];
}

function askedRevision(mesh: Mesh, { installed }: LabelledCluster): string | undefined {
  const theirs = controlPlaneOf(installed)?.revision;
  return revisionOf(mesh.istio.values) ?? (theirs === defaultRevision ? undefined : theirs);
}
