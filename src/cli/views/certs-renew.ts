import type { PreparedRenewal, RenewalOutcome } from "../../engine/operations/renew-certs.ts";
import type { CliContext } from "../terminal/context.ts";
import type { ChangeView, EventTargets } from "./change-view.ts";
import { changeView } from "./change-view.ts";
import { viewRenewal, viewRenewed } from "./human/certs-renew.ts";

/** What `isthmus certs renew` prints. */
export type CertsRenewView = ChangeView<PreparedRenewal, readonly RenewalOutcome[]>;

/** The view that `-o` and `--events-to` ask for. */
export function certsRenewView(targets: EventTargets, context: CliContext): CertsRenewView {
  const { palette } = context;
  return changeView(
    targets,
    {
      plan: (prepared) => viewRenewal(prepared, palette),
      result: (outcomes) => viewRenewed(outcomes, palette),
    },
    context,
  );
}
