import { errorOf, warningOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Installation } from "../model/installed-istio.ts";
import { istioNamespace } from "../render/names.ts";
import { kubectlLine } from "../kubectl-line.ts";

/**
 * Clusters that have no root in common with another one: their workloads would
 * refuse each other. Each pair is compared, since roots in common with a third
 * one do not help; a cluster is named once, with those before it that it does
 * not fit. A warning where a cluster does not say its roots.
 */
export function judgeRoots(all: readonly Installation[]): readonly Diagnostic[] {
  const known = all.filter(({ installed }) => installed.roots.length > 0);
  const strangers = known.flatMap((one, index) => {
    const strange = known.slice(0, index).filter((other) => !haveCommonRoot(one, other));
    return strange.length === 0 ? [] : [noCommonRoot(one, strange)];
  });
  // A cluster alone has nobody to trust.
  const unsaid = all.length < 2 ? [] : all.filter(({ installed }) => installed.roots.length === 0);
  return [...strangers, ...unsaid.map(unknownRoots)];
}

function haveCommonRoot({ installed: one }: Installation, { installed: other }: Installation): boolean {
  return one.roots.some((root) => other.roots.includes(root));
}

function noCommonRoot({ cluster }: Installation, others: readonly Installation[]): Diagnostic {
  return {
    ...errorOf("ISM578"),
    detail: `ConfigMap ${istioNamespace}/istio-ca-root-cert of ${cluster.name} has no root in common with that of ${listed(others)}, so that workloads there and those of ${cluster.name} refuse each other. Nothing was changed.`,
    fix: `Sign the intermediates of these clusters under one root, put them into Secret ${istioNamespace}/cacerts of each, and start istiod, then gateways and workloads again: https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/`,
    cluster: cluster.name,
    object: { group: "", kind: "Secret", namespace: istioNamespace, name: "cacerts" },
  };
}

function unknownRoots({ cluster, context }: Installation): Diagnostic {
  return {
    ...warningOf("ISM585"),
    detail: `${cluster.name} has no certificate in ConfigMap ${istioNamespace}/istio-ca-root-cert, into which istiod writes the roots that it trusts: whether its workloads and those of the other clusters trust each other is not known.`,
    fix: `Look what istiod says of it: ${kubectlLine(context)} -n ${istioNamespace} logs -l app=istiod --tail=50`,
    cluster: cluster.name,
    object: { group: "", kind: "ConfigMap", namespace: istioNamespace, name: "istio-ca-root-cert" },
  };
}

/** At most five names; a mesh may have a thousand. */
function listed(all: readonly Installation[]): string {
  const names = all.map(({ cluster }) => cluster.name);
  return names.length <= 5 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
}
