import { Buffer } from "node:buffer";
import type { Secret } from "../../core/secret.ts";
import { nameOfToken } from "./remote-kubeconfig.ts";

/** What a token is: a service account's, Rancher's (`name:secret`), or another's. */
export type TokenKind = "jwt" | "rancher" | "other";

/** When Rancher's tokens end, by their names, ISO 8601. */
export type TokenEnds = Readonly<Record<string, string>>;

/** What a token is by its form. */
export function tokenKindOf(token: Secret): TokenKind {
  const text = token.expose();
  return text.split(".").length === 3 && text.startsWith("ey") ? "jwt" : text.includes(":") ? "rancher" : "other";
}

/** When a token ends, ISO 8601; undefined for one that never does, and where nobody says. */
export function endOfToken(token: Secret, tokenEnds: TokenEnds): string | undefined {
  return tokenKindOf(token) === "jwt" ? endOfJwt(token) : tokenEnds[nameOfToken(token)];
}

/** The `exp` of a service account's token; tokens of Secrets have none. */
function endOfJwt(token: Secret): string | undefined {
  try {
    const payload = Buffer.from(token.expose().split(".")[1] ?? "", "base64url").toString("utf8");
    const { exp } = JSON.parse(payload) as { readonly exp?: unknown };
    return typeof exp === "number" ? new Date(exp * 1000).toISOString() : undefined;
  } catch {
    // Not a JWT after all: nothing is known of its end, and a trial says whether it works.
    return undefined;
  }
}
