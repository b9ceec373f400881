import type { PortSpan } from "../../../core/netpol/outside-rules.ts";
import { isAllPorts, isWholeProtocol } from "../../../core/netpol/outside-rules.ts";
import type { ChangedConnections, ChangedOutside, PolicyChange } from "../../../core/netpol/policy-change.ts";
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
    ...(keepsOpen(connections, connectionsPruned)
      ? [palette.changed("    ! until then more is open than the mesh file's network policies admit")]
      : []),
  ];
}

/** Whether policies that stay without `--prune` open something that those of the mesh file do not. */
function keepsOpen(kept: Effects["connections"], pruned: Effects["connectionsPruned"]): boolean {
  if (pruned === undefined || pruned === "unread") {
    return false;
  }
  const closedOf = (change: Effects["connections"]): readonly string[] =>
    change === undefined || change === "unread"
      ? []
      : [...change.closes, ...change.outside.closes].map((one) => JSON.stringify(one));
  const already = new Set(closedOf(kept));
  return closedOf(pruned).some((one) => !already.has(one));
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
  const linesOf = (kind: "opens" | "closes"): readonly string[] => [
    ...change.outside[kind].map(viewOutside),
    ...change[kind].map(viewBetween),
  ];
  const lines = [
    ...linesOf("closes").map((line) => palette.removed(`    - closes ${line}`)),
    ...linesOf("opens").map((line) => palette.added(`    + opens ${line}`)),
  ];
  return [title, ...(lines.length === 0 ? [palette.dim("    none opens, none closes")] : shortened(lines, palette))];
}

function viewBetween({ to, port, protocol, from }: ChangedConnections): string {
  return `${to} at ${protocol === "TCP" ? "" : `${protocol} `}${port} from ${shortList(from)}`;
}

function viewOutside({ direction, pods, ports, except, ...addresses }: ChangedOutside): string {
  const [from, to] =
    direction === "egress" ? [shortList(pods), viewAddresses(addresses)] : [viewAddresses(addresses), shortList(pods)];
  const same = except.map((one) => `${viewPorts(one.ports)} of ${viewAddresses(one, "everywhere")}`);
  return `${to} at ${viewPorts(ports)} from ${from}${same.length === 0 ? "" : ` (as before: ${shortList(same, "; ")})`}`;
}

function viewAddresses(
  { everywhere, blocks, but }: Pick<ChangedOutside, "everywhere" | "blocks" | "but">,
  whole = "outside of the cluster",
): string {
  const all = [...(everywhere ? [whole] : []), ...blocks];
  return `${shortList(all)}${but.length === 0 ? "" : ` but ${shortList(but)}`}`;
}

/** `443`, `53, UDP 53`, `1-1023, all of UDP`, `all ports`. */
function viewPorts(spans: readonly PortSpan[]): string {
  if (isAllPorts(spans)) {
    return "all ports";
  }
  const texts = spans.map((span) => {
    const { protocol, from, to } = span;
    const range = from === to ? String(from) : `${from}-${to}`;
    return isWholeProtocol(span) ? `all of ${protocol}` : `${protocol === "TCP" ? "" : `${protocol} `}${range}`;
  });
  return shortList(texts);
}

/** How many lines of connections and of additions are shown, and how many of their sources. */
const shown = { lines: 20, names: 5 };

function shortList(names: readonly string[], between = ", "): string {
  const left = names.length - shown.names;
  return left > 0 ? `${names.slice(0, shown.names).join(between)} and ${left} more` : names.join(between);
}

/** The first lines, and how many more there are. */
export function shortened(lines: readonly string[], palette: Palette): readonly string[] {
  const left = lines.length - shown.lines;
  return left > 0
    ? [...lines.slice(0, shown.lines), palette.dim(`    and ${left} more (isthmus plan -o json)`)]
    : lines;
}
