import type { ChangedConnections, PolicyChange } from "../../../core/netpol/policy-change.ts";
import type { ClusterPlan } from "../../../core/plan/plan.ts";
import type { Palette } from "../../terminal/palette.ts";

type Effects = Pick<Extract<ClusterPlan, { readonly kind: "planned" }>, "connections" | "connectionsPruned">;

/** What the plan's NetworkPolicies do to the pods that are there, the closed first, and what `--prune` would do with them. */
export function viewConnections(
  { connections, connectionsPruned }: Effects,
  { prune, palette }: { readonly prune: boolean; readonly palette: Palette },
): readonly string[] {
  const title = "  connections of pods that are there, by network policies";
  if (prune) {
    return viewChange(title, connectionsPruned ?? connections, palette);
  }
  return [
    ...viewChange(title, connections, palette),
    ...viewChange(`${title}, if --prune deletes those that are no longer asked for`, connectionsPruned, palette),
  ];
}

function viewChange(title: string, change: PolicyChange | "unread" | undefined, palette: Palette): readonly string[] {
  if (change === undefined) {
    return [];
  }
  if (change === "unread") {
    return [
      title,
      palette.changed("    ? not known: this account may not list the pods and policies of all namespaces"),
    ];
  }
  const lineOf = ({ to, port, protocol, from }: ChangedConnections): string =>
    `${to} at ${protocol === "TCP" ? "" : `${protocol} `}${port} from ${shortList(from)}`;
  const lines = [
    ...change.closes.map((one) => palette.removed(`    - closes ${lineOf(one)}`)),
    ...change.opens.map((one) => palette.added(`    + opens ${lineOf(one)}`)),
  ];
  return [title, ...(lines.length === 0 ? [palette.dim("    none opens, none closes")] : shortened(lines, palette))];
}

/** How many lines of connections and of additions are shown, and how many of their sources. */
const shown = { lines: 20, names: 5 };

function shortList(names: readonly string[]): string {
  const left = names.length - shown.names;
  return left > 0 ? `${names.slice(0, shown.names).join(", ")} and ${left} more` : names.join(", ");
}

/** The first lines, and how many more there are. */
export function shortened(lines: readonly string[], palette: Palette): readonly string[] {
  const left = lines.length - shown.lines;
  return left > 0
    ? [...lines.slice(0, shown.lines), palette.dim(`    and ${left} more (isthmus plan -o json)`)]
    : lines;
}
