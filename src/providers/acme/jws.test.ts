import { Buffer } from "node:buffer";
import { createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { expect, it } from "vitest";
import { Secret } from "../../core/secret.ts";
import type { AccountSigner } from "./jws.ts";
import { bindAccount, dnsProof, signRequest } from "./jws.ts";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const { kty = "", crv = "", x = "", y = "" } = createPublicKey(privateKey).export({ format: "jwk" });
const signer: AccountSigner = {
  // Not in the order of their names, which the thumbprint needs.
  jwk: { y, x, kty, crv },
  algorithm: "ES256",
  sign: (text) => sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" }),
};

function decoded(text: string) {
  const { protected: header, payload, signature } = JSON.parse(text) as Record<string, string>;
  const json = (one = ""): unknown => (one === "" ? "" : JSON.parse(Buffer.from(one, "base64url").toString()));
  const signed = verify(
    "sha256",
    Buffer.from(`${header}.${payload}`),
    { key: createPublicKey(privateKey), dsaEncoding: "ieee-p1363" },
    Buffer.from(signature ?? "", "base64url"),
  );
  return { header: json(header), payload: json(payload), signed };
}

it("signs a request by the account's address, and with the key only where there is none", () => {
  const header = { url: "https://acme.example/order", nonce: "n" };
  expect(decoded(signRequest(signer, { ...header, keyId: "https://acme.example/acct/1" }, { a: 1 }))).toEqual({
    header: { alg: "ES256", nonce: "n", url: header.url, kid: "https://acme.example/acct/1" },
    payload: { a: 1 },
    signed: true,
  });
  expect(decoded(signRequest(signer, header, undefined))).toEqual({
    header: { alg: "ES256", nonce: "n", url: header.url, jwk: { y, x, kty, crv } },
    payload: "",
    signed: true,
  });
});

it("proves a name by a digest that does not depend on how the key is written", () => {
  const other = { ...signer, jwk: { crv, kty, x, y } };
  expect(dnsProof(signer, "token")).toBe(dnsProof(other, "token"));
  expect(dnsProof(signer, "token")).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(dnsProof(signer, "token")).not.toBe(dnsProof(signer, "nekot"));
});

it("binds an account at the authority by its HMAC key", () => {
  const bound = bindAccount(signer, "https://acme.example/new", { keyId: "kid-1", hmacKey: new Secret("c2VjcmV0") });
  const { protected: header = "", payload = "" } = bound as Record<string, string>;
  expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({
    alg: "HS256",
    kid: "kid-1",
    url: "https://acme.example/new",
  });
  expect(JSON.parse(Buffer.from(payload, "base64url").toString())).toEqual(signer.jwk);
});
