import { addressChanges, type NamesPlan, type PlannedName } from "../../../core/front-door/names-plan.ts";
import type { Standing } from "../../../core/front-door/want-names.ts";
import type { NameOutcome } from "../../../engine/operations/apply.ts";
import type { Palette } from "../../terminal/palette.ts";
import { renderTable } from "./table.ts";

/** What becomes of the names that isthmus publishes, in lines; empty where there are none. */
export function viewNamesPlan(
  plan: NamesPlan | undefined,
  { prune, palette }: { readonly prune: boolean; readonly palette: Palette },
): readonly string[] {
  if (plan === undefined) {
    return [];
  }
  const former = plan.former ?? [];
  const lines = [
    ...plan.names.flatMap((one) => viewName(one, palette)),
    ...(former.length === 0 ? [] : prune ? former.flatMap((one) => viewName(one, palette)) : viewKept(former, palette)),
  ];
  const idle = palette.dim(`  no changes (${plan.names.length} ${plan.names.length === 1 ? "name" : "names"})`);
  return [
    `${palette.strong(`DNS zone ${plan.zone}`)}${palette.dim(`  (${plan.where})`)}`,
    ...(lines.length === 0 ? [idle] : lines),
    "",
  ];
}

function viewKept(former: readonly PlannedName[], palette: Palette): readonly string[] {
  return [
    "  no longer in the mesh file (kept; --prune takes them away)",
    ...former.map(({ name }) => palette.dim(`    - ${name}`)),
  ];
}

function viewName(planned: PlannedName, palette: Palette): readonly string[] {
  switch (planned.kind) {
    case "unchanged":
      // Of a name that is taken away nothing more becomes known.
      return planned.now.addresses.length > 0 || Object.keys(planned.standings).length === 0
        ? []
        : [`    ? ${planned.name}${palette.dim("  (addresses known after apply)")}`];
    case "update": {
      const changes = addressChanges(planned).map(({ action, name, type, address, clusters }) => {
        const whose = clusters.length === 0 ? "" : palette.dim(`  (${clusters.join(", ")})`);
        const text = `${action === "add" ? "+" : "-"} ${name} ${type} ${address}`;
        return `${(action === "add" ? palette.added : palette.removed)(`    ${text}`)}${whose}`;
      });
      return changes.length > 0 ? changes : [palette.changed(`    ~ ${planned.name}  (owner records or TTL)`)];
    }
    case "refused":
      return planned.diagnostics.map(
        ({ summary }) => `${palette.bad(`    × ${planned.name}`)}${palette.dim(`  (left as it is: ${summary})`)}`,
      );
    case "unread":
      return planned.diagnostics.map(
        ({ summary }) => `${palette.bad(`    × ${planned.name}`)}${palette.dim(`  (not known: ${summary})`)}`,
      );
  }
}

/** One line for each published name: its addresses, whether it is as the mesh file asks, and clusters that are not in it. */
export function viewPublished(plan: NamesPlan | undefined, palette: Palette): readonly string[] {
  const rows = (plan?.names ?? []).map((one) => {
    const out = Object.entries(one.standings).filter(([, standing]) => standing !== "serving");
    return [
      one.name,
      one.kind === "unread" ? "?" : one.now.addresses.join(",") || "-",
      publishedCells[one.kind](palette),
      out.map(([cluster, standing]) => `${cluster} ${standingTexts[standing]}`).join("; ") || "-",
    ];
  });
  return rows.length === 0 ? [] : ["", renderTable(["NAME", "ADDRESSES", "IN SYNC", "CLUSTERS NOT IN IT"], rows)];
}

const publishedCells: Readonly<Record<PlannedName["kind"], (palette: Palette) => string>> = {
  unchanged: (palette) => palette.good("√"),
  update: (palette) => palette.changed("~ (isthmus dns sync)"),
  refused: (palette) => palette.bad("× refused (isthmus dns status)"),
  unread: (palette) => palette.bad("× not known (isthmus dns status)"),
};

/** How the writing of names ended. */
export function viewNameOutcomes(names: readonly NameOutcome[] | undefined, palette: Palette): readonly string[] {
  return (names ?? []).map(({ name, state, now, diagnostics }) => {
    if (state === "failed") {
      return `${palette.bad("×")} ${name}  not written, has what it had`;
    }
    const has = now?.addresses.join(", ") ?? "";
    if (has === "" && diagnostics.length > 0) {
      return `${palette.warn("‼")} ${name}  has no addresses`;
    }
    const words = state === "changed" ? "has now" : "has already";
    return `${palette.good("√")} ${name}  ${has === "" ? "has no addresses any more" : `${words} ${has}`}`;
  });
}

/** Why a cluster is in a name, or is not, for people. */
export const standingTexts: Readonly<Record<Standing, string>> = {
  serving: "serves",
  drained: "drained",
  down: "down: fails its health checks",
  held: "fails its health checks, kept as the last",
  "no-address": "its gateway has no address",
  "not-applied": "the mesh is not applied there",
  incomplete: "lacks what the name needs there",
  unknown: "does not answer, kept as it is",
};
