import type { Verification } from "../../../engine/operations/verify.ts";
import { escapeXml } from "./escape-xml.ts";

/** The proof as a JUnit report: one test case per ingress and route (or service without one), one per cluster that does not answer. What is not proven is skipped. */
export function verificationJunit(verification: Verification): string {
  const cases = [
    ...verification.proofs.map((proof) => ({
      name: `${proof.namespace}/${proof.service}${proof.route === undefined ? "" : ` route ${proof.route}`}${proof.via === "mesh" ? ` from ${proof.from ?? "inside"}` : ""}`,
      cluster: proof.cluster,
      state: proof.state,
      diagnostics: proof.diagnostics,
    })),
    ...verification.unreachable.map((one) => ({
      name: "answers",
      cluster: one.cluster,
      state: "failed" as const,
      diagnostics: [one.diagnostic],
    })),
    ...verification.diagnostics.map((one) => ({
      name: one.cluster === undefined ? "mesh file" : "probe pod",
      cluster: one.cluster ?? "mesh",
      state: "notProven" as const,
      diagnostics: [one],
    })),
  ];
  const body = cases.map(({ name, cluster, state, diagnostics }) => {
    const inner = diagnostics
      .filter((one) => state !== "failed" || one.severity === "error")
      .map((one) => {
        const element = state === "failed" ? "failure" : "skipped";
        return `<${element} message="${escapeXml(`${one.code} ${one.summary}`)}">${escapeXml(one.detail)}</${element}>`;
      })
      .join("");
    return `  <testcase classname="${escapeXml(cluster)}" name="${escapeXml(name)}">${inner}</testcase>`;
  });
  const count = (state: string): number => cases.filter((one) => one.state === state).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="isthmus verify" tests="${cases.length}" failures="${count("failed")}" skipped="${count("notProven")}">`,
    ...body,
    "</testsuite>",
  ].join("\n");
}
