import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../../core/diagnostics/coded.ts";
import type { ObjectId } from "../../../core/model/kube-object.ts";
import type { Refusal } from "../../facts/proxy-states.ts";
import type { ProxyCluster } from "./proxy-cluster.ts";
import { kubectlLine } from "../../../core/kubectl-line.ts";
import { quoteCommand } from "../../../core/quote-command.ts";

/** Because of what a proxy may refuse its configuration. */
export interface Suspicion {
  /** A sentence without its full stop; empty where nothing is suspected. */
  readonly cause: string;
  readonly objects: readonly ObjectId[];
}

export interface RefusedByProxy {
  /** What does not happen because of it: the rest of a sentence. */
  readonly consequence: string;
  readonly findCulprits: (cluster: ProxyCluster) => Promise<Suspicion>;
}

/**
 * What to say of proxies that refuse what istiod sends them (ISM321): who, of
 * which kind, in Envoy's words, because of which object. One diagnostic for
 * all proxies that say the same of the same kind.
 */
export async function refusedByProxy(
  one: ProxyCluster,
  refused: readonly (Refusal & { readonly proxy: string })[],
  { consequence, findCulprits }: RefusedByProxy,
): Promise<readonly Diagnostic[]> {
  const { cause, objects } = await findCulprits(one);
  const groups = new Map<string, (typeof refused)[number][]>();
  for (const refusal of refused) {
    const key = `${refusal.type}\n${refusal.words}`;
    groups.set(key, [...(groups.get(key) ?? []), refusal]);
  }
  return [...groups.values()].map((group): Diagnostic => {
    const [{ type, words }] = group as [(typeof refused)[number]];
    const proxies = group.map(({ proxy }) => proxy.split(".")[0] ?? proxy);
    const [first] = objects;
    return {
      ...errorOf("ISM321"),
      detail: `${proxies.join(", ")} of ${one.name} ${proxies.length === 1 ? "refuses" : "refuse"} what istiod sends (${type}), in Envoy's words: ${words.trim()}.${cause === "" ? "" : ` ${cause}.`} Until that is corrected nothing of this kind changes there any more: ${consequence}.`,
      fix:
        first === undefined
          ? `Find the object that brought it, mostly the one that was changed last, and correct or delete it:\n    ${quoteCommand(["istioctl", "--context", one.context])} analyze --all-namespaces\nThen run the same command again.`
          : `Correct or delete it, then run the same command again:\n${objects.map((id) => `    ${kubectlLine(one.context)} ${id.namespace === undefined ? "" : `-n ${id.namespace} `}edit ${id.kind.toLowerCase()} ${id.name}`).join("\n")}`,
      cluster: one.name,
      ...(first === undefined ? {} : { object: first }),
    };
  });
}
