import type { NameOutcome, PreparedSync } from "../../engine/operations/dns.ts";
import type { CliContext } from "../terminal/context.ts";
import type { ChangeView, EventTargets } from "./change-view.ts";
import { changeView } from "./change-view.ts";
import { viewNameOutcomes, viewNamesPlan } from "./human/names.ts";

/** What `isthmus dns sync` prints. */
export type DnsSyncView = ChangeView<Pick<PreparedSync, "names" | "prune">, readonly NameOutcome[]>;

/** The view that `-o` and `--events-to` ask for. */
export function dnsSyncView(targets: EventTargets, context: CliContext): DnsSyncView {
  const { palette } = context;
  return changeView(
    targets,
    {
      plan: ({ names, prune }) => viewNamesPlan(names.plan, { prune, palette }).join("\n").trimEnd(),
      result: (outcomes) => viewNameOutcomes(outcomes, palette).join("\n"),
    },
    context,
  );
}
