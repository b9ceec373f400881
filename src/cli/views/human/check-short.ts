import type { CheckReport } from "../../../core/checks/run-checks.ts";
import { verdict } from "./check.ts";
import type { Palette } from "../../terminal/palette.ts";

/** One line for each cause, then how it stands: for scripts and logs. */
export function shortCheck(report: CheckReport, palette: Palette): string {
  const lines = report.causes.map((cause) => {
    const mark = cause.severity === "error" ? palette.bad("×") : palette.warn("‼");
    const more = cause.consequences.length === 0 ? "" : ` (explains ${cause.consequences.length} more)`;
    return `${mark} ${cause.code} ${cause.check}: ${cause.detail}${more}`;
  });
  return [...lines, verdict(report, palette)].join("\n");
}
