import type { AnswerGroup, ExpectedStatus } from "./answer.ts";
import { decisionTexts, isExpected } from "./answer.ts";

/**
 * Whether an ingress serves a name, by what became of one request for it. What
 * the application answers is its own matter, 500 too: another cluster's ingress
 * would lead to the same application. Not served is what ends without an
 * answer, what the gateway answers because it has nobody to send it to, and 404
 * of the gateway itself, which has no route. With `expected` nothing but those statuses serves.
 */
export function isServing(outcome: AnswerGroup["outcome"], expected: ExpectedStatus | undefined): boolean {
  if (outcome.kind === "broken") {
    return false;
  }
  const { status, local, fromUpstream } = outcome;
  if (expected !== undefined) {
    return isExpected(expected, status);
  }
  return local === "" ? status !== 404 || fromUpstream : decisionTexts.some((one) => local.startsWith(one));
}
