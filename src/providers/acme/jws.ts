import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";
import type { Secret } from "../../core/secret.ts";

/** The key of an account, by what it can do; the key itself stays in src/pki. */
export interface AccountSigner {
  /** The public key as RFC 7517 has it, with the members of RFC 7638, 3.2 only. */
  readonly jwk: Readonly<Record<string, string>>;
  readonly algorithm: "ES256";
  /** The signature as JWS wants it: r and s, 32 bytes each (RFC 7518, 3.4). */
  readonly sign: (text: string) => Buffer;
}

/** What the protected header of a request has beside its algorithm (RFC 8555, 6.2). */
export interface JwsHeader {
  readonly url: string;
  readonly nonce: string;
  /** The account's address; without it the header carries the key. */
  readonly keyId?: string;
}

/** A signed request in the flattened serialisation. An undefined payload is a POST-as-GET (RFC 8555, 6.3). */
export function signRequest(
  signer: AccountSigner,
  { url, nonce, keyId }: JwsHeader,
  payload: object | undefined,
): string {
  const key = keyId === undefined ? { jwk: signer.jwk } : { kid: keyId };
  return serialise({ alg: signer.algorithm, nonce, url, ...key }, payload, signer.sign);
}

/** The proof that an account at the authority's own register agrees to an ACME account (RFC 8555, 7.3.4). */
export function bindAccount(
  signer: AccountSigner,
  url: string,
  external: { readonly keyId: string; readonly hmacKey: Secret },
): object {
  const key = Buffer.from(external.hmacKey.expose(), "base64url");
  const sign = (text: string): Buffer => createHmac("sha256", key).update(text).digest();
  return JSON.parse(serialise({ alg: "HS256", kid: external.keyId, url }, signer.jwk, sign)) as object;
}

function serialise(header: object, payload: object | undefined, sign: (text: string) => Buffer): string {
  const protectedPart = encode(JSON.stringify(header));
  const body = payload === undefined ? "" : encode(JSON.stringify(payload));
  const signature = sign(`${protectedPart}.${body}`).toString("base64url");
  return JSON.stringify({ protected: protectedPart, payload: body, signature });
}

/** The value of the TXT record that proves a name: the digest of the key authorization (RFC 8555, 8.1 and 8.4). */
export function dnsProof(signer: AccountSigner, token: string): string {
  return digest(`${token}.${thumbprint(signer)}`);
}

/** RFC 7638: the members in the order of their names. */
function thumbprint({ jwk }: AccountSigner): string {
  return digest(
    JSON.stringify(Object.fromEntries(Object.entries(jwk).toSorted(([one], [other]) => (one < other ? -1 : 1)))),
  );
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

function encode(text: string): string {
  return Buffer.from(text, "utf8").toString("base64url");
}
