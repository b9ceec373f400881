import { Buffer } from "node:buffer";
import { expect, it } from "vitest";
import { Secret } from "../../core/secret.ts";
import { endOfToken, tokenKindOf } from "./token-ends.ts";

const jwt = (payload: object): string =>
  ['{"alg":"RS256"}', JSON.stringify(payload), "signature"]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".");
const ends = { "token-abcde": "2027-01-01T00:00:00.000Z" };

it.each([
  ["a service account's token by the end in it", jwt({ exp: 1_859_016_015 }), "jwt", "2028-11-28T09:20:15.000Z"],
  ["a service account's token of a Secret, which has no end", jwt({ sub: "x" }), "jwt", undefined],
  ["what only looks like a service account's token", "eyJ.not-json.x", "jwt", undefined],
  ["one of Rancher's tokens by its name", "token-abcde:secret", "rancher", ends["token-abcde"]],
  ["a token of Rancher's that Rancher does not list", "token-zzzzz:secret", "rancher", undefined],
  ["any other", "abc.def.ghi", "other", undefined],
])("knows %s", (_, text, kind, end) => {
  const token = new Secret(text);
  expect(tokenKindOf(token)).toBe(kind);
  expect(endOfToken(token, ends)).toBe(end);
});
