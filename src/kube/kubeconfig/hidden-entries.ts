import { isDeepStrictEqual } from "node:util";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { accessDiagnostic } from "../access-diagnostic.ts";
import type { Kubeconfig, KubeconfigEntry } from "./load-kubeconfigs.ts";
import { textOf } from "./read-fields.ts";

/**
 * Names a context whose own file has the cluster or user entry that it refers
 * to, and that leads to an earlier file's of the same name instead: kubectl
 * takes the first one without a word
 * (https://github.com/kubernetes/kubectl/issues/795), which is another cluster,
 * or another user's credential sent to it. Entries that are alike do no harm.
 */
export function findHiddenEntries(context: KubeconfigEntry, kubeconfig: Kubeconfig): readonly Diagnostic[] {
  return (["cluster", "user"] as const).flatMap((kind) => {
    const name = textOf(context.fields[kind]);
    const used = name === undefined ? undefined : kubeconfig[`${kind}s`].get(name);
    const own = kubeconfig.hidden.find(
      (one) => one.kind === kind && one.entry.name === name && one.entry.file === context.file,
    )?.entry;
    if (used === undefined || own === undefined || isDeepStrictEqual(used.fields, own.fields)) {
      return [];
    }
    const [leads, meant] = [used, own].map((entry) => textOf(entry.fields["server"]) ?? "");
    const servers = kind === "cluster" ? ` That is ${leads}, and not ${meant}.` : "";
    return [
      accessDiagnostic("ISM514", {
        detail: `The context ${JSON.stringify(context.name)} of ${context.file} names the ${kind} ${JSON.stringify(name)}. ${used.file} has a ${kind} of that name too and comes first in the list, so that its entry counts, for kubectl as well.${servers}`,
        fix: `Name the file of each cluster in the mesh file (\`kubeconfig: ${context.file}\` beside \`context: ${context.name}\`), or give the ${kind} of one file another name, in its context as well.`,
      }),
    ];
  });
}
