import type { Verification } from "../../../engine/operations/verify.ts";
import { escapeXml } from "./escape-xml.ts";

/** The proof as a JUnit report: one test case per ingress and route, one per cluster that does not answer. */
export function verificationJunit(verification: Verification): string {
  const cases = [
    ...verification.proofs.map((proof) => ({
      name: `${proof.namespace}/${proof.service} route ${proof.route}`,
      cluster: proof.cluster,
      failures: proof.diagnostics,
    })),
    ...verification.unreachable.map((one) => ({ name: "answers", cluster: one.cluster, failures: [one.diagnostic] })),
  ];
  const body = cases.map(({ name, cluster, failures }) => {
    const inner = failures
      .map((one) => `<failure message="${escapeXml(`${one.code} ${one.summary}`)}">${escapeXml(one.detail)}</failure>`)
      .join("");
    return `  <testcase classname="${escapeXml(cluster)}" name="${escapeXml(name)}">${inner}</testcase>`;
  });
  const failed = cases.filter((one) => one.failures.length > 0).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="isthmus verify" tests="${cases.length}" failures="${failed}">`,
    ...body,
    "</testsuite>",
  ].join("\n");
}
