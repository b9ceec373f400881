import { expect, it } from "vitest";
import type { AnswerGroup } from "./answer.ts";
import { isServing } from "./health-answer.ts";

type Outcome = AnswerGroup["outcome"];

const answered = (status: number, fromUpstream: boolean, local = ""): Outcome => ({
  kind: "answered",
  status,
  fromUpstream,
  local,
});

it.each<readonly [string, Outcome, boolean]>([
  ["an application's answer", answered(200, true), true],
  ["its errors too: every ingress leads to it", answered(500, true), true],
  ["its own 404", answered(404, true), true],
  ["a redirect of the gateway", answered(301, false), true],
  ["who may not come in is answered by a gateway that works", answered(403, false, "RBAC: access denied"), true],
  ["a gateway without the route", answered(404, false), false],
  ["a gateway with nobody to send it to", answered(503, false, "no healthy upstream"), false],
  ["no answer", { kind: "broken", reason: "connection refused" }, false],
])("serves: %s", (_sentence, outcome, serves) => {
  expect(isServing(outcome, undefined)).toBe(serves);
});

it("goes by the statuses that the route says are good", () => {
  expect(isServing(answered(500, true), ["2xx"])).toBe(false);
  expect(isServing(answered(204, true), ["2xx"])).toBe(true);
  expect(isServing(answered(404, false), [404])).toBe(true);
});
