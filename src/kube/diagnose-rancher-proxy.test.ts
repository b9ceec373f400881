import { afterEach, describe, expect, it } from "vitest";
import { Secret } from "../core/secret.ts";
import { createKubeClient } from "./connect-client.ts";
import { KubeError } from "./errors.ts";
import { diagnoseKubeError, exitCodeOfKubeError } from "./diagnose.ts";
import { startFakeApiServer } from "./fake/fake-api-server.ts";
import { statusBody } from "./fake/status-body.ts";
import { contextOf } from "./fake/fake-context.ts";
import { isRancherProxy, parseProxyAnswer } from "./rancher-proxy-answer.ts";

const { signal } = new AbortController();
const closing: (() => Promise<void>)[] = [];
const secret = "kx8n4d2vq7t5w9z3b6m1";

afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => close()));
});

/** What the first read says when Rancher's proxy answers so. */
async function answerOf(
  status: number,
  body: object,
): Promise<{ error: KubeError; told: string; fix: string; code: string }> {
  const server = await startFakeApiServer({ pathPrefix: "/k8s/clusters/c-abcde" });
  closing.push(async () => server.close());
  server.inject({ kind: "status", status, body }, { times: 99 });
  const client = createKubeClient({
    cluster: "oslo",
    context: contextOf(server.url, { user: { token: new Secret(`token-abcde:${secret}`) } }),
    limits: { retryBudgetMs: 100 },
  });
  closing.push(async () => client.close());
  const error: unknown = await client.version({ signal }).catch((caught: unknown) => caught);
  if (!(error instanceof KubeError)) {
    throw new TypeError("the request was expected to fail");
  }
  const { code, detail, fix = "" } = await diagnoseKubeError(error, "oslo");
  return { error, told: detail, fix, code };
}

const normanError = (status: number, code: string, message: string) => ({
  type: "error",
  status,
  code,
  message,
  baseType: "error",
});

describe("a cluster behind Rancher's proxy", () => {
  it.each([
    {
      name: "a token that is refused",
      status: 401,
      body: { type: "error", status: "401", message: "Unauthorized 401: must authenticate" },
      code: "ISM263",
      says: "Rancher refuses",
      exitCode: 69,
    },
    {
      name: "a token that is limited to another cluster",
      status: 401,
      body: { type: "error", status: "401", message: "clusterID does not match: Unauthorized 401: must authenticate" },
      code: "ISM287",
      says: "clusterID does not match",
      exitCode: 69,
    },
    {
      name: "a user who is no member",
      status: 403,
      body: normanError(403, "PermissionDenied", 'clusters.management.cattle.io "c-abcde" is forbidden'),
      code: "ISM264",
      says: "is forbidden",
      exitCode: 1,
    },
    {
      name: "a cluster that Rancher does not know",
      status: 404,
      body: { Code: { Code: "NotFound", Status: 404 }, Message: "No cluster available", Cause: null, FieldName: "" },
      code: "ISM289",
      says: "No cluster available",
      exitCode: 69,
    },
    {
      name: "a cluster whose agent is away, in the words of Rancher's router",
      status: 503,
      body: {
        Code: { Code: "ClusterUnavailable", Status: 503 },
        Message: "cluster not provisioned",
        Cause: null,
        FieldName: "",
      },
      code: "ISM291",
      says: "cluster not provisioned",
      exitCode: 69,
    },
    {
      name: "a cluster whose agent is away, in the words of Rancher's API",
      status: 503,
      body: normanError(503, "ClusterUnavailable", "cannot determine access, cluster is unavailable"),
      code: "ISM291",
      says: "cluster is unavailable",
      exitCode: 69,
    },
    {
      name: "an answer of the cluster itself stays the cluster's",
      status: 403,
      body: statusBody(403, "Forbidden", 'User "u-abcde" cannot get path "/version"'),
      code: "ISM264",
      says: 'User "u-abcde" cannot get path',
      exitCode: 1,
    },
  ])("$name is told as such", async ({ status, body, code, says, exitCode }) => {
    const answer = await answerOf(status, body);
    expect(answer.code).toBe(code);
    expect(answer.told).toContain(says);
    expect(answer.fix).not.toBe("");
    expect(exitCodeOfKubeError(answer.error)).toBe(exitCode);
    expect(`${answer.told} ${answer.fix} ${answer.error.stack}`).not.toContain(secret);
  });
});

describe("the words of Rancher's proxy", () => {
  it.each([
    "failed to find Session for client c-abcde",
    "cluster agent disconnected",
    'Get "https://10.0.0.1/version": failed to find Session for client c-m-abcdefgh',
    "ClusterUnavailable 503: cluster not found",
  ])("mean a broken tunnel: %s", (text) => {
    expect(parseProxyAnswer(text)).toMatchObject({ unavailable: true, own: true, message: text });
  });

  it.each(["404 page not found", "", "[1, 2]", "null", "<html>sign in</html>", "{", '{"kind":"Status"}'])(
    "are not found in what something else says: %s",
    (text) => {
      expect(parseProxyAnswer(text)).toMatchObject({ unavailable: false, own: false, otherCluster: false });
    },
  );

  it.each([
    ["https://rancher.example.org/k8s/clusters/c-abcde", true],
    ["https://example.org/behind/k8s/proxy/local", true],
    ["https://203.0.113.10:6443", false],
    ["https://example.org/k8s/clusters", false],
  ])("are looked for only at its addresses: %s", (server, expected) => {
    expect(isRancherProxy(server)).toBe(expected);
  });
});
