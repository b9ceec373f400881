import { sawEverything } from "../../../core/checks/run-checks.ts";
import type { CheckReport } from "../../../core/checks/run-checks.ts";
import { escapeXml } from "./escape-xml.ts";

/** The report as JUnit: one test case per check. Warnings and what another check explains pass; what could not be judged is skipped. */
export function checkJunit(report: CheckReport): string {
  const cases = report.results.map((result) => {
    const [category = "", name = ""] = result.id.split("/");
    const failures = report.causes
      .filter((cause) => cause.check === result.id && cause.severity === "error")
      .map(
        (cause) =>
          `<failure message="${escapeXml(`${cause.code} ${cause.summary}`)}">${escapeXml([cause.detail, cause.fix ?? "", ...(cause.commands ?? [])].join("\n").trim())}</failure>`,
      );
    const inner = failures.length > 0 || sawEverything(result) ? failures.join("") : skipped(result.unseen);
    return `  <testcase classname="${escapeXml(category)}" name="${escapeXml(`${name}: ${result.sentence}`)}">${inner}</testcase>`;
  });
  const failed = report.results.filter((one) => one.state === "failed").length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="isthmus check" tests="${cases.length}" failures="${failed}">`,
    ...cases,
    "</testsuite>",
  ].join("\n");
}

function skipped(unseen: readonly string[] | undefined): string {
  return unseen === undefined ? "<skipped/>" : `<skipped message="${escapeXml(`not seen: ${unseen.join("; ")}`)}"/>`;
}
