import { expect, it } from "vitest";
import { describeProblem, readProblem } from "./acme-problem.ts";

it("reads what a server refuses, and of which names", () => {
  // RFC 8555, 6.7.1
  const problem = readProblem({
    type: "urn:ietf:params:acme:error:malformed",
    detail: "Some of the identifiers requested were\nrejected",
    subproblems: [
      {
        type: "urn:ietf:params:acme:error:rejectedIdentifier",
        detail: 'This CA will not issue for "example.net"',
        identifier: { type: "dns", value: "example.net" },
      },
      { type: "about:blank" },
    ],
  });
  expect(problem && describeProblem(problem)).toBe(
    'malformed: Some of the identifiers requested were rejected; example.net: rejectedIdentifier: This CA will not issue for "example.net"; one name: about:blank: ',
  );
});

it("takes no other document for a problem", () => {
  expect([undefined, "text", [], {}, { status: 404 }].map(readProblem)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
