import type { PreparedRemoval } from "../../engine/operations/remove.ts";
import type { CliContext } from "../terminal/context.ts";
import type { ChangeView, EventTargets } from "./change-view.ts";
import { changeView } from "./change-view.ts";
import type { RemovalResult } from "./human/remove.ts";
import { viewRemoval, viewRemovalPlan } from "./human/remove.ts";

/** What `isthmus remove` prints. */
export type RemoveView = ChangeView<PreparedRemoval, RemovalResult>;

/** The view that `-o` and `--events-to` ask for. */
export function removeView(targets: EventTargets, context: CliContext): RemoveView {
  const { palette } = context;
  return changeView(
    targets,
    {
      plan: (prepared) => viewRemovalPlan(prepared, palette),
      result: (result) => viewRemoval(result, palette),
    },
    context,
  );
}
