import type { AdoptionPolicy } from "../../core/decide/adoption.ts";
import { decideAdoption } from "../../core/decide/adoption.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { describeId, idOf } from "../../core/model/kube-object.ts";
import { compareText } from "../../core/render/order.ts";

/** Whether an object becomes the mesh's by a plan: nothing is to be adopted, it is, or it may not (ISM315). */
export type Judgement =
  | { readonly action: "ours" | "adopt" }
  | { readonly action: "refuse"; readonly diagnostic: Diagnostic };

/** The objects of one cluster that were there before isthmus. */
export interface Adoptions {
  /** Judges one object. One that may not become the mesh's is remembered as refused. */
  readonly judge: (wanted: KubeObject, live: KubeObject, listed: boolean) => Judgement;
  /** One diagnostic (ISM315) that names everything refused so far; none where nothing was. */
  readonly refusals: () => readonly Diagnostic[];
}

/** Judges what is there already on one cluster by `--adopt` (`decideAdoption`). */
export function judgeAdoptions(cluster: string, mesh: string, policy: AdoptionPolicy): Adoptions {
  const refused: string[] = [];
  return {
    judge(wanted, live, listed) {
      const { action, reason } = decideAdoption({ policy, mesh, listed, wanted, live });
      if (action !== "refuse") {
        return { action };
      }
      const line = `${describeId(idOf(live))}: ${reason}`;
      refused.push(line);
      return { action, diagnostic: { ...refusal(cluster, policy, [line]), object: idOf(live) } };
    },
    refusals: () => (refused.length === 0 ? [] : [refusal(cluster, policy, refused.toSorted(compareText))]),
  };
}

function refusal(cluster: string, policy: AdoptionPolicy, refused: readonly string[]): Diagnostic {
  const count = refused.length === 1 ? "1 object" : `${refused.length} objects`;
  return {
    ...errorOf("ISM315"),
    detail: `On ${cluster} the mesh asks for ${count} that isthmus has not made, and --adopt ${policy} leaves them alone. Nothing was changed.\n${refused.map((line) => `    ${line}`).join("\n")}`,
    fix:
      policy === "never"
        ? "Delete or rename them, or take them over: --adopt unowned takes what no other tool claims, --adopt all takes everything."
        : "Take them out of the tool that claims them, or give them other names; or take them over with --adopt all, after that tool has stopped applying them.",
    cluster,
  };
}
