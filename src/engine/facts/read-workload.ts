import type { WorkloadFacts } from "../../core/checks/control-plane-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { readinessOf } from "../../kube/readiness/readiness-of.ts";

interface Container {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
}

/** How a Deployment stands; without one `desired` is left out. */
export function readWorkload(deployment: KubeObject | undefined): WorkloadFacts {
  if (deployment === undefined) {
    return { ready: 0, reason: "there is no such Deployment" };
  }
  const readiness = readinessOf(deployment);
  const spec = deployment["spec"] as { readonly replicas?: number } | undefined;
  const status = deployment["status"] as { readonly readyReplicas?: number } | undefined;
  return {
    desired: spec?.replicas ?? 1,
    ready: status?.readyReplicas ?? 0,
    reason: readiness.state === "current" ? "" : readiness.reason,
  };
}

/** The containers of a Deployment's pods. */
export function containersOf(deployment: KubeObject): readonly Container[] {
  const spec = deployment["spec"] as
    | { readonly template?: { readonly spec?: { readonly containers?: readonly Container[] } } }
    | undefined;
  return spec?.template?.spec?.containers ?? [];
}

/** The environment of a Deployment's containers, as far as its values stand there. */
export function environmentOf(deployment: KubeObject): Readonly<Record<string, string>> {
  return Object.fromEntries(
    containersOf(deployment).flatMap((container) =>
      (container.env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const])),
    ),
  );
}

/** What the command line of a program has for a flag, given as `--flag=value` or `--flag value`, the last time; undefined without it. */
export function flagValueOf(words: readonly string[], flag: string): string | undefined {
  const at = words.findLastIndex((word) => word === flag || word.startsWith(`${flag}=`));
  const word = words[at];
  return word === undefined ? undefined : word === flag ? (words[at + 1] ?? "") : word.slice(flag.length + 1);
}
