import { describe, expect, it } from "vitest";
import type { AnswerGroup } from "./answer.ts";
import { isExpected, localText, tallyAnswers } from "./answer.ts";

const answered = (
  status: number,
  count = 1,
  more: Partial<{ fromUpstream: boolean; local: string }> = {},
): AnswerGroup => ({
  host: "",
  count,
  outcome: { kind: "answered", status, fromUpstream: true, local: "", ...more },
});
const byGateway = { fromUpstream: false };

describe("an answer", () => {
  it.each([
    ["no healthy upstream", 503, "no healthy upstream"],
    [
      "upstream connect error or disconnect/reset before headers. reset reason: connection timeout",
      503,
      "upstream connect error or disconnect/reset before headers. reset reason: connection timeout",
    ],
    [
      "upstream connect error or disconnect/reset before headers. retried and the latest reset reason: remote connection failure, transport failure reason: delayed connect error: Connection refused",
      503,
      "upstream connect error or disconnect/reset before headers. retried and the latest reset reason: remote connection failure, transport failure reason: delayed connect error: Connection refused",
    ],
    [`no healthy upstream ${"word ".repeat(60)}`, 503, `no healthy upstream ${"word ".repeat(43)}word …`],
    ["RBAC: access denied", 403, "RBAC: access denied"],
    ["Jwt is missing", 401, "Jwt is missing"],
    ["Not found\n", 404, ""],
    ["{}", 503, ""],
    ["no healthy upstream", 200, ""],
  ])("with the text %j and status %i is of the mesh itself only where Envoy says so", (text, status, local) => {
    expect(localText({ text, status })).toBe(local);
  });

  it.each([
    ["no healthy upstream", "no healthy upstream"],
    ["RBAC: access denied", "RBAC: access denied"],
    ["unknown method", ""],
  ])("to a gRPC request says in its header, and by no status, who gave it: %s", (grpcMessage, local) => {
    expect(localText({ status: 200, text: "", grpcMessage })).toBe(local);
  });

  it("is expected by its number or by its hundred", () => {
    expect([200, 204, 404].map((status) => isExpected(["2xx", 404], status))).toEqual([true, true, true]);
    expect([301, 400, 500].map((status) => isExpected(["2xx", 404], status))).toEqual([false, false, false]);
  });
});

describe("the answers to all requests", () => {
  it("are counted as Envoy counts them where gRPC has an error", () => {
    const failed = { ...answered(200, 30).outcome, grpcError: true } as const;
    const tally = tallyAnswers([answered(200, 70), { host: "", count: 30, outcome: failed }], undefined, true);
    expect(tally).toMatchObject({ answered: 70, answeredError: 30, statuses: { 200: 100 }, failures: [] });
  });

  it("are no failures when the application gave them, whatever their status", () => {
    const tally = tallyAnswers([answered(404, 30), answered(200, 50), answered(500, 20)], undefined, true);
    expect(tally).toMatchObject({ sent: 100, answered: 80, answeredError: 20, unanswered: 0, failures: [] });
    expect(tally.statuses).toEqual({ 200: 50, 404: 30, 500: 20 });
  });

  it("are failures when the mesh gave them, or nobody, and say which", () => {
    const groups: AnswerGroup[] = [
      answered(200, 80),
      answered(503, 9, { ...byGateway, local: "no healthy upstream" }),
      answered(403, 5, { local: "RBAC: access denied" }),
      answered(404, 4, byGateway),
      { host: "", count: 2, outcome: { kind: "broken", reason: "no answer within 5 s" } },
    ];
    expect(tallyAnswers(groups, undefined, true)).toMatchObject({
      answered: 80,
      unanswered: 20,
      failures: [
        { count: 9, reason: "status 503 of the mesh itself: no healthy upstream" },
        { count: 5, reason: "status 403 of the mesh itself: RBAC: access denied" },
        { count: 4, reason: "status 404 of the gateway itself: no route there takes the request" },
        { count: 2, reason: "no answer within 5 s" },
      ],
    });
  });

  it("are failures when they are not the expected ones, and none when they are", () => {
    const groups = [answered(404, 30), answered(403, 10, { local: "RBAC: access denied" })];
    expect(tallyAnswers(groups, ["2xx"], true).failures).toEqual([
      { count: 30, reason: "status 404 of the application, expected 2xx" },
      { count: 10, reason: "status 403 of the mesh itself: RBAC: access denied, expected 2xx" },
    ]);
    expect(tallyAnswers(groups, [404, 403], true)).toMatchObject({ failures: [], unanswered: 10 });
  });

  it("are the application's, where the mesh hides the mark of an upstream, unless Envoy's text says otherwise", () => {
    const groups = [answered(404, 30, byGateway), answered(503, 10, { ...byGateway, local: "no healthy upstream" })];
    expect(tallyAnswers(groups, undefined, false)).toMatchObject({ answered: 30, unanswered: 10 });
  });

  it("name the host, where several were asked", () => {
    expect(
      tallyAnswers([{ ...answered(404, 3, byGateway), host: "a.example" }], undefined, true).failures[0]?.reason,
    ).toContain("(host a.example)");
  });
});
