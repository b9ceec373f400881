import { createHash, timingSafeEqual } from "node:crypto";
import { Secret } from "../../core/secret.ts";

/** A token as it is kept. Times are ISO 8601, `ttlMs` 0 (v3) or below (ext) is for ever. */
export interface StoredToken {
  /** `token-xxxxx`. */
  readonly name: string;
  readonly api: "v3" | "ext";
  readonly uid: string;
  readonly description: string;
  readonly createdAt: string;
  readonly ttlMs: number;
  /** Id of the only cluster that it is good for; "" for all of Rancher. */
  readonly clusterId: string;
  readonly userId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly salt: string;
  /** SHA-256 of salt and secret, hexadecimal. */
  readonly hash: string;
}

/** What a request showed. */
export interface PresentedToken {
  readonly name: string;
  readonly secret: Secret;
}

/** What a new token is made of; `chance` is random. */
export interface TokenRequest {
  readonly api: StoredToken["api"];
  readonly description: string;
  /** As asked for. */
  readonly ttlMs: number;
  /** The server's setting auth-token-max-ttl-minutes; 0 is no bound. */
  readonly maximumMinutes: number;
  readonly clusterId: string;
  readonly userId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly now: Date;
  readonly chance: { readonly name: string; readonly uid: string; readonly salt: string; readonly secret: Secret };
}

/** A new token with its time cut to what the server allows. The secret is in `chance`, and nowhere in the result. */
export function makeToken(request: TokenRequest): StoredToken {
  const { chance } = request;
  return {
    name: `token-${chance.name}`,
    api: request.api,
    uid: chance.uid,
    description: request.description,
    createdAt: request.now.toISOString(),
    ttlMs: clampTtl(request.ttlMs, request.maximumMinutes),
    clusterId: request.clusterId,
    userId: request.userId,
    labels: { ...request.labels, "authn.management.cattle.io/token-userId": request.userId },
    salt: chance.salt,
    hash: hashSecret(chance.salt, chance.secret),
  };
}

/**
 * The time that a token gets (RANCHER pkg/auth/tokens `ClampToMaxTTL`): with a
 * maximum, one that asks for ever (0; below 0 in the ext API) or for more gets
 * the maximum. Milliseconds.
 */
export function clampTtl(ttlMs: number, maximumMinutes: number): number {
  const maximum = maximumMinutes * 60_000;
  return maximum > 0 && (ttlMs <= 0 || ttlMs > maximum) ? maximum : ttlMs;
}

/** When a token ends; undefined for one that never does. */
export function expiryOf(token: StoredToken): Date | undefined {
  return token.ttlMs <= 0 ? undefined : new Date(Date.parse(token.createdAt) + token.ttlMs);
}

/** True from the moment of its end on. */
export function isExpired(token: StoredToken, now: Date): boolean {
  const expiry = expiryOf(token);
  return expiry !== undefined && now >= expiry;
}

/**
 * Why a token does not open this path, or undefined where it does. A scoped
 * token opens the paths of its cluster only (RANCHER requests/authenticate.go),
 * so not /v3/tokens: it cannot renew itself.
 */
export function judgeToken(
  token: StoredToken | undefined,
  presented: PresentedToken,
  pathClusterId: string,
  now: Date,
): string | undefined {
  if (token === undefined) {
    return `there is no token ${presented.name}`;
  }
  if (!timingSafeEqual(Buffer.from(token.hash), Buffer.from(hashSecret(token.salt, presented.secret)))) {
    return `token ${presented.name} has another secret`;
  }
  if (isExpired(token, now)) {
    return `token ${presented.name} has expired`;
  }
  return token.clusterId === "" || token.clusterId === pathClusterId
    ? undefined
    : `token ${presented.name}: clusterID does not match`;
}

/** The cluster that a path is about, by its third part (RANCHER pkg/clusterrouter/lookup.go); "" for none. */
export function clusterIdOfPath(path: string): string {
  const match = /^\/(?:k8s|v3)\/(?:clusters|cluster|proxy)\/([^/]+)/.exec(path);
  return match?.[1] ?? "";
}

/**
 * The bearer of a request out of its `Authorization` header: `Bearer
 * token-xxxxx:secret`, the same with `ext/` before it, or Basic with the
 * token's name as the user. Anything else is given as it is, for it may be a
 * service account's JWT. Undefined where there is nothing of the kind.
 */
export function readAuthorization(header: string | undefined): PresentedToken | { readonly jwt: Secret } | undefined {
  const [scheme = "", value = ""] = (header ?? "").trim().split(/\s+/, 2);
  if (scheme.toLowerCase() === "basic") {
    return split(Buffer.from(value, "base64").toString("utf8"));
  }
  if (scheme.toLowerCase() !== "bearer" || value === "") {
    return undefined;
  }
  return split(value) ?? { jwt: new Secret(value) };
}

/** The service account of a JWT that has not ended, unverified: `system:serviceaccount:<namespace>:<name>`. */
export function serviceAccountOf(jwt: Secret, now: Date): string | undefined {
  try {
    const payload = Buffer.from(jwt.expose().split(".")[1] ?? "", "base64url").toString("utf8");
    const claims = JSON.parse(payload) as { readonly sub?: unknown; readonly exp?: unknown };
    const ended = typeof claims.exp === "number" && now.getTime() / 1000 > claims.exp;
    const { sub } = claims;
    return typeof sub === "string" && sub.startsWith("system:serviceaccount:") && !ended ? sub : undefined;
  } catch {
    return undefined;
  }
}

function split(text: string): PresentedToken | undefined {
  const match = /^(?:ext\/)?([^:/]+):(.+)$/.exec(text);
  return match === null ? undefined : { name: match[1] ?? "", secret: new Secret(match[2] ?? "") };
}

function hashSecret(salt: string, secret: Secret): string {
  return createHash("sha256").update(`${salt}:${secret.expose()}`).digest("hex");
}
