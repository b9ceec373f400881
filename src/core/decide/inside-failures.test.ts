import { expect, it } from "vitest";
import { localText, tallyAnswers } from "./answer.ts";
import { explainInside } from "./inside-failures.ts";

const host = "web.shop.svc.cluster.local";

/** How an answer with this text counts as a failure. */
function reasonOf(status: number, text: string): string {
  const outcome = { kind: "answered", status, fromUpstream: false, local: localText({ status, text }) } as const;
  return tallyAnswers([{ host: "", count: 1, outcome }], undefined, true).failures[0]?.reason ?? "";
}

it.each([
  [503, "probe pod: no healthy upstream", `no connection: ${host} does not resolve inside the cluster`],
  [
    503,
    "probe pod: upstream connect error or disconnect/reset before headers. reset reason: connection timeout",
    "no connection from the probe pod: upstream connect error or disconnect/reset before headers. reset reason: connection timeout",
  ],
  [404, "", "status 404 of the sidecar itself: no route there takes the request"],
  [503, "no healthy upstream", "status 503 of the mesh itself: no healthy upstream"],
])("an answer %i %j is told as a caller sees it", (status, text, words) => {
  expect(explainInside(reasonOf(status, text), host)).toBe(words);
});
