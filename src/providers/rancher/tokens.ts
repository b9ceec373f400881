import { Secret } from "../../core/secret.ts";
import { isRecord, textOf } from "../../kube/kubeconfig/read-fields.ts";
import { collectPages } from "./collect-pages.ts";
import { RancherError } from "./rancher-error.ts";
import type { RancherServer } from "./rancher-server.ts";
import { isRancherAtLeast } from "./rancher-version.ts";
import type { RancherToken, TokenFacts, TokenWish } from "./token-facts.ts";
import { readExtToken, readV3Token } from "./token-facts.ts";
import { joinDescription } from "./token-labels.ts";
import { hasLabels } from "../../core/model/labels.ts";

/** The extension API is served beside the API of the cluster that Rancher runs on (facts: `ext.cattle.io/v1 Token`). */
const extTokens = "/k8s/clusters/local/apis/ext.cattle.io/v1/tokens";

/**
 * A token that works for one cluster only. From Rancher 2.13 on an
 * `ext.cattle.io` token, since those of `/v3` are on their way out; where that
 * API is turned off or closed to the user, and before, one of `/v3`.
 */
export async function createToken(server: RancherServer, wish: TokenWish, signal: AbortSignal): Promise<RancherToken> {
  const subject = `create a token for ${wish.clusterId}`;
  const ext = await withExtApi(server, signal, async () => {
    const answer = await server.requests.send({
      method: "POST",
      path: extTokens,
      subject,
      clusterId: wish.clusterId,
      signal,
      body: {
        apiVersion: "ext.cattle.io/v1",
        kind: "Token",
        metadata: { labels: wish.labels ?? {} },
        spec: {
          description: wish.description,
          clusterName: wish.clusterId,
          ...(wish.ttlSeconds === undefined ? {} : { ttl: wish.ttlSeconds * 1000 }),
        },
      },
    });
    const facts = readExtToken(answer.body);
    const status = isRecord(answer.body["status"]) ? answer.body["status"] : {};
    const spec = isRecord(answer.body["spec"]) ? answer.body["spec"] : {};
    const bare = textOf(status["value"]);
    const value =
      textOf(status["bearerToken"]) ??
      (facts === undefined || bare === undefined ? undefined : `${facts.name}:${bare}`);
    return complete(server, wish, { facts, value, ttl: spec["ttl"] }, subject);
  });
  if (ext !== undefined) {
    return ext;
  }
  const answer = await server.requests.send({
    method: "POST",
    path: "/v3/tokens",
    subject,
    signal,
    body: {
      type: "token",
      description: joinDescription(wish.description, wish.labels ?? {}),
      clusterId: wish.clusterId,
      ...(wish.ttlSeconds === undefined ? {} : { ttl: wish.ttlSeconds * 1000 }),
    },
  });
  const { token, ttl } = answer.body;
  return complete(server, wish, { facts: readV3Token(answer.body), value: textOf(token), ttl }, subject);
}

/** What Rancher answers to the wish for a token. */
interface GrantedToken {
  readonly facts: TokenFacts | undefined;
  readonly value: string | undefined;
  /** In milliseconds; nothing or 0 = without end. */
  readonly ttl: unknown;
}

function complete(
  { url }: RancherServer,
  wish: TokenWish,
  { facts, value, ttl }: GrantedToken,
  subject: string,
): RancherToken {
  if (facts === undefined || value === undefined) {
    throw new RancherError({ kind: "not-rancher", url, subject, message: "the answer holds no token" });
  }
  const granted = typeof ttl === "number" && ttl > 0 ? Math.floor(ttl / 1000) : undefined;
  return {
    ...facts,
    value: new Secret(value),
    ...(granted === undefined ? {} : { ttlSeconds: granted }),
    cut: wish.ttlSeconds !== undefined && granted !== undefined && granted < wish.ttlSeconds,
  };
}

/** A token by its name; undefined when there is none, or none of this user's. */
export async function readToken(
  server: RancherServer,
  name: string,
  signal: AbortSignal,
): Promise<TokenFacts | undefined> {
  try {
    const { body } = await server.requests.send({
      method: "GET",
      path: pathOf(name),
      subject: `read the token ${name}`,
      signal,
    });
    return name.startsWith("ext/") ? readExtToken(body) : readV3Token(body);
  } catch (error) {
    return absentOrThrow(error);
  }
}

/** All tokens of this user that have these labels, of both kinds, by name. */
export async function listTokens(
  server: RancherServer,
  labels: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly TokenFacts[]> {
  const subject = "list tokens";
  const [old, ext = []] = await Promise.all([
    collectPages(server.requests, { path: "/v3/tokens", subject, signal }),
    withExtApi(server, signal, async () => {
      const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
      const query = selector.length === 0 ? "" : `?labelSelector=${encodeURIComponent(selector.join(","))}`;
      const { body } = await server.requests.send({ method: "GET", path: `${extTokens}${query}`, subject, signal });
      return Array.isArray(body["items"]) ? body["items"] : [];
    }),
  ]);
  return [...old.map(readV3Token), ...ext.map(readExtToken)]
    .filter((one): one is TokenFacts => one !== undefined && hasLabels(one.labels, labels))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** Ends a token at once. One that is not there is no problem. */
export async function deleteToken(server: RancherServer, name: string, signal: AbortSignal): Promise<void> {
  try {
    await server.requests.send({ method: "DELETE", path: pathOf(name), subject: `delete the token ${name}`, signal });
  } catch (error) {
    absentOrThrow(error);
  }
}

function pathOf(name: string): string {
  return name.startsWith("ext/")
    ? `${extTokens}/${encodeURIComponent(name.slice("ext/".length))}`
    : `/v3/tokens/${encodeURIComponent(name)}`;
}

/** Undefined where the extension API is not there for this user: before 2.13, turned off, or no access to the cluster `local`. */
async function withExtApi<T>(
  server: RancherServer,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | undefined> {
  if (!isRancherAtLeast(await server.version(signal), "2.13")) {
    return undefined;
  }
  try {
    return await work();
  } catch (error) {
    const closed =
      error instanceof RancherError &&
      (error.kind === "not-found" ||
        error.kind === "forbidden" ||
        (error.kind === "not-rancher" && error.status === 404));
    if (!closed) {
      throw error;
    }
    return undefined;
  }
}

function absentOrThrow(error: unknown): undefined {
  if (error instanceof RancherError && error.kind === "not-found") {
    return undefined;
  }
  throw error;
}
