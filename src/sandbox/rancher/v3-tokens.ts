import type { IncomingMessage, ServerResponse } from "node:http";
import type { CallOptions } from "../../kube/client.ts";
import { readBody, sendJson, v3Error } from "./answer.ts";
import type { Rancher } from "./rancher.ts";
import { readMinutes } from "./settings.ts";
import type { StoredToken } from "./token.ts";
import { isExpired } from "./token.ts";
import { collection, created, linkTo, viewExpiry } from "./v3-resource.ts";

/**
 * `/v3/tokens` and `/v3/tokens/<id>` (RANCHER pkg/auth/tokens/manager.go):
 * `ttl` is milliseconds and cut to the server's maximum; `token` is in the
 * answer of the POST only; a body's labels are ignored, as Rancher ignores them.
 */
export async function serveTokens(
  rancher: Rancher,
  request: IncomingMessage,
  response: ServerResponse,
  { id, signal }: CallOptions & { readonly id: string | undefined },
): Promise<void> {
  const { method } = request;
  if (id === undefined && method === "POST") {
    const body = await readBody(request);
    const { token, secret } = await rancher.tokens.create({
      api: "v3",
      description: textOf(body["description"]),
      ttlMs: numberOf(body["ttl"]),
      maximumMinutes: await readMinutes(rancher, "auth-token-max-ttl-minutes", { signal }),
      clusterId: textOf(body["clusterId"]),
      userId: rancher.userId,
      labels: {},
    });
    rancher.log(`token ${token.name} is made${token.clusterId === "" ? "" : ` for cluster ${token.clusterId}`}`);
    sendJson(response, 201, { ...viewToken(rancher, token), token: `${token.name}:${secret.expose()}` });
    return;
  }
  if (id === undefined && method === "GET") {
    const data = rancher.tokens
      .list()
      .filter((one) => one.api === "v3")
      .map((one) => viewToken(rancher, one));
    sendJson(response, 200, collection(rancher, "token", "tokens", data));
    return;
  }
  const token = id === undefined ? undefined : rancher.tokens.find(id);
  if (id !== undefined && token?.api !== "v3") {
    throw v3Error(404, "NotFound", `tokens.management.cattle.io "${id}" not found`);
  }
  if (token !== undefined && method === "GET") {
    sendJson(response, 200, viewToken(rancher, token));
  } else if (token !== undefined && method === "DELETE") {
    await rancher.tokens.delete(token.name);
    rancher.log(`token ${token.name} is deleted`);
    response.writeHead(204).end();
  } else {
    throw v3Error(405, "MethodNotAllowed", `${method ?? ""} is not allowed here`);
  }
}

/** A token as the v3 API shows it. */
function viewToken(rancher: Rancher, token: StoredToken): Readonly<Record<string, unknown>> {
  const self = linkTo(rancher, `tokens/${token.name}`);
  return {
    authProvider: "local",
    baseType: "token",
    clusterId: token.clusterId === "" ? null : token.clusterId,
    ...created(token.createdAt),
    creatorId: null,
    current: false,
    description: token.description,
    enabled: true,
    expired: isExpired(token, rancher.now()),
    expiresAt: viewExpiry(token),
    groupPrincipals: null,
    id: token.name,
    isDerived: true,
    labels: token.labels,
    lastUpdateTime: "",
    lastUsedAt: null,
    links: { remove: self, self, update: self },
    name: token.name,
    ttl: token.ttlMs,
    type: "token",
    userId: token.userId,
    userPrincipal: `map[displayName:Default Admin loginName:admin me:true metadata:map[name:local://${token.userId}]]`,
    uuid: token.uid,
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown): number {
  if (value === undefined || value === null) {
    return 0;
  }
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw v3Error(422, "InvalidFormat", "ttl is no whole number of milliseconds");
  }
  return value;
}
