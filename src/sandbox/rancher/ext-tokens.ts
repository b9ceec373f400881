import type { IncomingMessage, ServerResponse } from "node:http";
import type { CallOptions } from "../../kube/client.ts";
import { isRecord } from "../../kube/kubeconfig/read-fields.ts";
import type { Secret } from "../../core/secret.ts";
import { readBody, sendJson, statusError } from "./answer.ts";
import type { Rancher } from "./rancher.ts";
import { readMinutes, readRelease } from "./settings.ts";
import type { StoredToken } from "./token.ts";
import { isExpired } from "./token.ts";
import { formatTime, viewExpiry } from "./v3-resource.ts";

const apiVersion = "ext.cattle.io/v1";

/** True for the paths of Rancher's extension API, within the `local` cluster. */
export function isExtPath(path: string): boolean {
  return /^\/apis\/ext\.cattle\.io(\/|$)/.test(path);
}

/**
 * `ext.cattle.io/v1` tokens, as Rancher's aggregated API server has them since
 * 2.12 (RANCHER pkg/ext/stores/tokens): `spec.ttl` is milliseconds, below 0 for
 * as long as the server allows, 0 for that too; the secret is in the answer of
 * the POST only. `spec.clusterName` and `status.bearerToken` exist since 2.13.
 */
export async function serveExtTokens(
  rancher: Rancher,
  request: IncomingMessage,
  response: ServerResponse,
  { path, signal }: CallOptions & { readonly path: string },
): Promise<void> {
  const release = await readRelease(rancher, { signal });
  const match = /^\/apis\/ext\.cattle\.io\/v1(?:\/tokens(?:\/([^/]+))?)?$/.exec(path);
  if (match === null || isBefore(release, 12)) {
    throw statusError(404, "NotFound", "the server could not find the requested resource");
  }
  const id = match[1];
  if (!path.includes("/tokens")) {
    sendJson(response, 200, resourceList);
  } else if (id === undefined && request.method === "POST") {
    const { token, secret } = await createToken(rancher, await readBody(request), !isBefore(release, 13), signal);
    rancher.log(`token ${token.name} is made${token.clusterId === "" ? "" : ` for cluster ${token.clusterId}`}`);
    sendJson(response, 201, viewToken(rancher, token, isBefore(release, 13), secret));
  } else if (id === undefined && request.method === "GET") {
    const items = extTokens(rancher).map((one) => viewToken(rancher, one, isBefore(release, 13)));
    sendJson(response, 200, { apiVersion, kind: "TokenList", metadata: {}, items });
  } else {
    const token = extTokens(rancher).find((one) => one.name === id);
    if (token === undefined) {
      throw statusError(404, "NotFound", `tokens.ext.cattle.io "${id ?? ""}" not found`);
    }
    await serveOne(rancher, request, response, { token, old: isBefore(release, 13) });
  }
}

async function serveOne(
  rancher: Rancher,
  request: IncomingMessage,
  response: ServerResponse,
  { token, old }: { readonly token: StoredToken; readonly old: boolean },
): Promise<void> {
  if (request.method === "GET") {
    sendJson(response, 200, viewToken(rancher, token, old));
  } else if (request.method === "DELETE") {
    await rancher.tokens.delete(token.name);
    rancher.log(`token ${token.name} is deleted`);
    sendJson(response, 200, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" });
  } else {
    throw statusError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
  }
}

const resourceList = {
  kind: "APIResourceList",
  apiVersion: "v1",
  groupVersion: apiVersion,
  resources: [
    {
      name: "tokens",
      singularName: "token",
      namespaced: false,
      kind: "Token",
      verbs: ["create", "delete", "get", "list"],
    },
  ],
};

async function createToken(
  rancher: Rancher,
  body: Readonly<Record<string, unknown>>,
  scopes: boolean,
  signal: AbortSignal,
): Promise<{ readonly token: StoredToken; readonly secret: Secret }> {
  const spec = isRecord(body["spec"]) ? body["spec"] : {};
  const { ttl = 0, description = "", clusterName = "" } = spec;
  if (typeof ttl !== "number" || typeof description !== "string" || typeof clusterName !== "string") {
    throw statusError(400, "BadRequest", "Token in version v1 cannot be handled: a field has a wrong type");
  }
  return rancher.tokens.create({
    api: "ext",
    description,
    ttlMs: ttl,
    maximumMinutes: await readMinutes(rancher, "auth-token-max-ttl-minutes", { signal }),
    clusterId: scopes ? clusterName : "",
    userId: rancher.userId,
    labels: labelsOf(body),
  });
}

/** Labels of an object's metadata; what is no text is left out. */
function labelsOf(body: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const metadata = isRecord(body["metadata"]) ? body["metadata"] : {};
  const labels = isRecord(metadata["labels"]) ? metadata["labels"] : {};
  return Object.fromEntries(
    Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

function viewToken(rancher: Rancher, token: StoredToken, old: boolean, secret?: Secret): object {
  return {
    apiVersion,
    kind: "Token",
    metadata: {
      name: token.name,
      uid: token.uid,
      creationTimestamp: formatTime(new Date(token.createdAt)),
      labels: token.labels,
    },
    spec: {
      userID: token.userId,
      userPrincipal: {
        name: `local://${token.userId}`,
        displayName: "Default Admin",
        loginName: "admin",
        principalType: "user",
        me: true,
        provider: "local",
      },
      kind: "",
      description: token.description,
      ttl: token.ttlMs,
      enabled: true,
      ...(old ? {} : { clusterName: token.clusterId }),
    },
    status: {
      ...(secret === undefined ? {} : { value: secret.expose() }),
      ...(secret === undefined || old ? {} : { bearerToken: `ext/${token.name}:${secret.expose()}` }),
      hash: token.hash,
      current: false,
      expired: isExpired(token, rancher.now()),
      expiresAt: viewExpiry(token),
      lastUpdateTime: formatTime(new Date(token.createdAt)),
    },
  };
}

function extTokens(rancher: Rancher): readonly StoredToken[] {
  return rancher.tokens.list().filter((one) => one.api === "ext");
}

function isBefore([major, minor]: readonly [number, number], wanted: number): boolean {
  return major < 2 || (major === 2 && minor < wanted);
}
