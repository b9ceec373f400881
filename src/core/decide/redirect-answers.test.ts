import { describe, expect, it } from "vitest";
import type { Redirect } from "../model/route-settings.ts";
import type { AnswerGroup } from "./answer.ts";
import { tallyRedirects } from "./redirect-answers.ts";

function answered(status: number, location?: string): AnswerGroup {
  const outcome = { kind: "answered", status, fromUpstream: false, local: "" } as const;
  return { host: "", count: 10, outcome: { ...outcome, ...(location === undefined ? {} : { location }) } };
}

const asked = { path: "/a?b=c" };

function problem(group: AnswerGroup, redirect: Redirect): string | undefined {
  return tallyRedirects([group], redirect, asked).failures[0]?.reason;
}

describe("an answer to a route that redirects", () => {
  it.each<[string, Redirect]>([
    ["https://x.example/a?b=c", { scheme: "https" }],
    ["http://y.example/a?b=c", { authority: "Y.example" }],
    ["http://x.example:8080/a?b=c", { port: 8080 }],
    ["https://x.example/a?b=c", { scheme: "https", port: 443 }],
    ["http://y.example:81/a?b=c", { authority: "y.example:81" }],
    ["http://x.example/new?b=c", { uri: "/new" }],
    ["http://x.example/new?d=e", { uri: "/new?d=e" }],
    ["http://x.example/new/a?b=c", { prefixRewrite: "/new/" }],
    ["http://x.example/new#part?b=c", { uri: "/new#part" }],
    ["http://x.example/new?d=e#part", { uri: "/new?d=e#part" }],
    ["http://x.example/{id} a?b=c", { uri: "/{id} a" }],
    ["http://x.example/new?b=c", { uri: "new" }],
  ])("is good with 301 to %s where %j is asked", (location, redirect) => {
    expect(tallyRedirects([answered(301, location)], redirect, asked)).toMatchObject({
      sent: 10,
      answered: 10,
      failures: [],
      statuses: { 301: 10 },
    });
  });

  it.each<[AnswerGroup, Redirect, string]>([
    [answered(200), { scheme: "https" }, "status 200, expected 301 with a location"],
    [
      answered(301, "https://x/a?b=c"),
      { scheme: "https", redirectCode: 308 },
      "status 301 to https://x/a?b=c, expected",
    ],
    [answered(301, "http://x/a?b=c"), { scheme: "https" }, "expected scheme https"],
    [answered(301, "https://x/other"), { scheme: "https" }, "expected path /a?b=c"],
    [answered(301, "http://x/a?b=c"), { authority: "y" }, "expected host y"],
    [answered(301, "http://x/a?b=c"), { port: 81 }, "expected port 81"],
    [answered(301, "http://x/a?b=c"), { uri: "/new" }, "expected path /new"],
    [answered(301, "http://x/new?b=c"), { uri: "/new#part" }, "expected path /new#part?b=c"],
    [answered(301, "http://x/new?d=f"), { uri: "/new?d=e" }, "expected path /new?d=e"],
    [answered(301, "http://x:81:82/a?b=c"), { authority: "x:81", port: 82 }, "expected an address"],
    [answered(301, "nowhere"), { uri: "/new" }, "expected an address"],
    [{ host: "", count: 1, outcome: { kind: "broken", reason: "connection reset" } }, {}, "connection reset"],
  ])("is a failure otherwise: %j for %j", (group, redirect, reason) => {
    expect(problem(group, redirect)).toContain(reason);
  });
});
