import { createHmac } from "node:crypto";
import type { Secret } from "../../core/secret.ts";

/**
 * The headers by which a receiver knows who has sent an event, and that it is
 * not an old one sent again: those of Standard Webhooks
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md),
 * for which libraries are in most languages. `secret` is base64 of the key,
 * with `whsec_` before it or not; `seconds` is the time of this try since the
 * epoch. The package of that name is not used: it brings its own base64 and
 * SHA-256 for what is one call of node:crypto.
 */
export function signEvent(
  body: string,
  { id, seconds, secret }: { readonly id: string; readonly seconds: number; readonly secret: Secret },
): Readonly<Record<string, string>> {
  const key = Buffer.from(secret.expose().replace(/^whsec_/, ""), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": `v1,${signature}` };
}

/** Why a text is no secret of Standard Webhooks, which are 24 to 64 bytes as base64; undefined where it is one. */
export function faultOfSecret(text: string): string | undefined {
  const encoded = text.replace(/^whsec_/, "");
  const { length } = Buffer.from(encoded, "base64");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) {
    return "is not base64, with whsec_ before it or not";
  }
  return length < 24 || length > 64 ? `has ${length} bytes, and secrets have 24 to 64` : undefined;
}
