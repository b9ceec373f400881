import { describe, expect, it } from "vitest";
import { Secret } from "../../core/secret.ts";
import type { StoredToken, TokenRequest } from "./token.ts";
import {
  clampTtl,
  clusterIdOfPath,
  expiryOf,
  isExpired,
  judgeToken,
  makeToken,
  readAuthorization,
  serviceAccountOf,
} from "./token.ts";

const now = new Date("2026-01-01T00:00:00Z");
const secret = new Secret("s3cret");

function token(changes: Partial<TokenRequest> = {}): StoredToken {
  return makeToken({
    api: "v3",
    description: "",
    ttlMs: 0,
    maximumMinutes: 0,
    clusterId: "",
    userId: "user-a",
    labels: {},
    now,
    chance: { name: "abcde", uid: "uid", salt: "salt", secret },
    ...changes,
  });
}

function jwt(claims: object): Secret {
  return new Secret(`e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.sig`);
}

describe("clampTtl", () => {
  it.each([
    ["for ever under a maximum gets the maximum", 0, 1, 60_000],
    ["below zero, the ext API's for ever, does too", -1, 1, 60_000],
    ["more than the maximum gets the maximum", 60_001, 1, 60_000],
    ["less stays", 59_999, 1, 59_999],
    ["without a maximum everything stays", 0, 0, 0],
  ])("%s", (_, ttl, maximum, expected) => {
    expect(clampTtl(ttl, maximum)).toBe(expected);
  });
});

describe("makeToken", () => {
  it("keeps only a hash of the secret", () => {
    expect(JSON.stringify(token())).not.toContain("s3cret");
    expect(token().hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("ends at its making plus its time, or never", () => {
    expect(expiryOf(token())).toBeUndefined();
    const short = token({ ttlMs: 1000 });
    expect(expiryOf(short)).toEqual(new Date(now.getTime() + 1000));
    expect(isExpired(short, new Date(now.getTime() + 999))).toBe(false);
    expect(isExpired(short, new Date(now.getTime() + 1000))).toBe(true);
  });
});

describe("judgeToken", () => {
  const shown = { name: "token-abcde", secret };
  it.each([
    ["one that is right", token(), shown, "", undefined],
    ["one that nobody made", undefined, shown, "", /there is no token/],
    ["another secret", token(), { ...shown, secret: new Secret("guess") }, "", /another secret/],
    ["its own cluster", token({ clusterId: "c-1" }), shown, "c-1", undefined],
    ["another cluster", token({ clusterId: "c-1" }), shown, "c-2", /clusterID does not match/],
    ["Rancher itself with a cluster's token", token({ clusterId: "c-1" }), shown, "", /clusterID does not match/],
  ])("judges %s", (_, stored, presented, cluster, expected) => {
    const problem = judgeToken(stored, presented, cluster, now);
    expect(problem ?? "fine").toMatch(expected ?? /^fine$/);
  });

  it("refuses one that has ended, and names no secret", () => {
    const problem = judgeToken(token({ ttlMs: 1 }), shown, "", new Date(now.getTime() + 5));
    expect(problem).toContain("has expired");
    expect(problem).not.toContain("s3cret");
  });
});

describe("clusterIdOfPath", () => {
  it.each([
    ["/k8s/clusters/c-1/api/v1", "c-1"],
    ["/k8s/proxy/c-1", "c-1"],
    ["/v3/clusters/c-1", "c-1"],
    ["/v3/tokens", ""],
    ["/v3/clusters", ""],
    ["/v1/clusters/c-1", ""],
  ])("%s is about %j", (path, id) => {
    expect(clusterIdOfPath(path)).toBe(id);
  });
});

describe("readAuthorization", () => {
  it.each([
    ["Bearer token-a:b", { name: "token-a", secret: "b" }],
    ["bearer ext/token-a:b", { name: "token-a", secret: "b" }],
    [`Basic ${Buffer.from("token-a:b").toString("base64")}`, { name: "token-a", secret: "b" }],
    ["Bearer abc.def.ghi", { jwt: "abc.def.ghi" }],
    ["Bearer", undefined],
    ["Digest x", undefined],
    [undefined, undefined],
  ])("reads %s", (header, expected) => {
    const read = readAuthorization(header);
    const plain =
      read === undefined
        ? undefined
        : "name" in read
          ? { name: read.name, secret: read.secret.expose() }
          : { jwt: read.jwt.expose() };
    expect(plain).toEqual(expected);
  });
});

describe("serviceAccountOf", () => {
  const sub = "system:serviceaccount:istio-system:istio-reader-service-account";
  const seconds = now.getTime() / 1000;
  it.each([
    ["a service account's token", jwt({ sub, exp: seconds + 1 }), sub],
    ["one that never ends", jwt({ sub }), sub],
    ["one that has ended", jwt({ sub, exp: seconds - 1 }), undefined],
    ["a person's", jwt({ sub: "somebody" }), undefined],
    ["no token at all", new Secret("x"), undefined],
  ])("knows %s", (_, text, expected) => {
    expect(serviceAccountOf(text, now)).toBe(expected);
  });
});
