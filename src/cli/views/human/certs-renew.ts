import type { PreparedRenewal, RenewalOutcome } from "../../../engine/operations/renew-certs.ts";
import type { Palette } from "../../terminal/palette.ts";

/** What would be ordered and written, and why. */
export function viewRenewal({ renewals, certificates }: PreparedRenewal, palette: Palette): string {
  if (renewals.length === 0) {
    const kept = certificates.decisions.map(({ wanted, verdict: { reason, renewAt } }) => {
      const when =
        renewAt === undefined ? "" : `; to be renewed from ${new Date(renewAt).toISOString().slice(0, 10)} on`;
      return palette.dim(`  = ${wanted.name}: ${reason}${when}`);
    });
    return ["Nothing is due.", ...kept].join("\n");
  }
  return renewals
    .flatMap(({ decision: { wanted, verdict }, targets }) => [
      verdict.action === "order"
        ? palette.added(`+ order ${wanted.name} from ${wanted.issuer} for ${wanted.names.join(", ")}`)
        : palette.changed(`~ place ${wanted.name} in all clusters`),
      palette.dim(`    ${verdict.reason}`),
      `    into ${targets.map(({ cluster }) => cluster.name).join(", ") || "no cluster"}`,
    ])
    .join("\n");
}

/** What was written where; a certificate whose order failed is the one that was there, in every cluster. */
export function viewRenewed(outcomes: readonly RenewalOutcome[], palette: Palette): string {
  const words = {
    written: (place: string): string => `${palette.good("√")} ${place}`,
    kept: (place: string): string => `${palette.bad("×")} ${place}  not renewed, has what it had`,
    failed: (place: string): string => `${palette.bad("×")} ${place}`,
  };
  return outcomes.map(({ name, cluster, state }) => words[state](`${name} in ${cluster}`)).join("\n");
}
