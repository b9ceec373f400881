import { sawEverything } from "../../../core/checks/run-checks.ts";
import type { Cause, CheckFinding, CheckReport, CheckResult } from "../../../core/checks/run-checks.ts";
import { describeId } from "../../../core/model/kube-object.ts";
import type { Palette } from "../../terminal/palette.ts";

/** Every check with its mark, by category; then each cause with what to do, and what follows from it. */
export function viewCheck(report: CheckReport, palette: Palette): string {
  const categories = [...new Set(report.results.map((one) => categoryOf(one.id)))];
  const lists = categories.flatMap((category) => [
    palette.strong(category),
    ...report.results
      .filter((one) => categoryOf(one.id) === category)
      .flatMap((one) => [
        `  ${markOf(one, palette)} ${one.sentence}`,
        ...(one.unseen ?? []).map((reason) => palette.dim(`      not seen: ${reason}`)),
      ]),
  ]);
  return [...lists, ...viewCauses(report, palette), "", verdict(report, palette)].join("\n");
}

/** Each cause after an empty line, with what to do, and what follows from it. */
export function viewCauses(report: CheckReport, palette: Palette): readonly string[] {
  return report.causes.flatMap((cause) => ["", ...viewCause(cause, palette)]);
}

/** The line that says how it stands. */
export function verdict(report: CheckReport, palette: Palette): string {
  const errors = report.causes.filter((one) => one.severity === "error");
  const warnings = report.causes.length - errors.length;
  const beside = warnings === 0 ? "" : `, ${count(warnings, "warning")}`;
  const dark = report.results.filter((one) => !sawEverything(one)).length;
  const unknown = dark === 0 ? "" : `, ${count(dark, "check")} could not look everywhere`;
  if (errors.length === 0) {
    const text = `${count(report.results.length, "check")}, nothing is wrong${report.complete ? "" : " where they could look"}${beside}${unknown}`;
    return report.complete ? palette.good(`√ ${text}`) : palette.warn(`? ${text}`);
  }
  const consequences = errors.reduce((sum, one) => sum + one.consequences.length, 0);
  const folded = consequences === 0 ? "" : ` (and ${count(consequences, "consequence")})`;
  return palette.bad(`× ${count(errors.length, "cause")}${folded}${beside}${unknown}`);
}

function viewCause(cause: Cause, palette: Palette): string[] {
  const mark = cause.severity === "error" ? palette.bad("×") : palette.warn("‼");
  return [
    `${mark} ${palette.strong(`${cause.code} ${cause.summary}`)}${placeOf(cause)}${palette.dim(objectOf(cause))}`,
    `    ${cause.detail}`,
    ...(cause.fix === undefined ? [] : [`    fix: ${cause.fix}`]),
    ...(cause.commands ?? []).map((command) => `      ${command}`),
    palette.dim(`    docs: docs/reference/codes.md#${cause.code.toLowerCase()}`),
    ...(cause.consequences.length === 0
      ? []
      : [
          `    explains ${cause.consequences.length} more:`,
          ...cause.consequences.map((one) =>
            palette.dim(`      ${one.code} ${one.summary}${placeOf(one)}${objectOf(one)}`),
          ),
        ]),
  ];
}

function placeOf({ cluster, remote }: CheckFinding): string {
  const place = [cluster, remote].filter((one) => one !== undefined).join(" → ");
  return place === "" ? "" : `  ${place}`;
}

function objectOf({ object }: CheckFinding): string {
  return object === undefined ? "" : `  ${describeId(object)}`;
}

function markOf(result: CheckResult, palette: Palette): string {
  switch (result.state) {
    case "ok":
      return palette.good("√");
    case "warning":
      return palette.warn("‼");
    case "failed":
      return palette.bad("×");
    case "explained":
      return palette.dim("↳");
    case "unknown":
      return palette.dim("?");
  }
}

function categoryOf(id: string): string {
  return id.slice(0, id.indexOf("/"));
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
