import { execFile } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import type { RancherWorld } from "./rancher-world.ts";
import { make, managed, rancherInstance, rancherWorld, until } from "./rancher-world.ts";
import { forwardPort } from "../e2e/forward-port.ts";
import type { Ran } from "../e2e/world.ts";
import { enginesKubectl, freshFolder, isthmus } from "../e2e/world.ts";

let world: RancherWorld;
let west: string;
let up: Ran;

beforeAll(async () => {
  up = await isthmus(["sandbox", "up", "--instance", rancherInstance, "--rancher"]);
  world = await rancherWorld();
  west = world.id("west");
  await until(
    async () => world.ask(`/v3/clusters/${west}`),
    ({ json }) => json["state"] === "active",
  );
});

async function makeToken(body: object): Promise<Record<string, unknown> & { readonly token: string }> {
  const answer = await world.ask("/v3/tokens", { method: "POST", body });
  expect(answer).toMatchObject({ status: 201 });
  return answer.json as Record<string, unknown> & { readonly token: string };
}

describe("the Rancher double's API", () => {
  it("comes beside clusters that run already, and never prints its token", async () => {
    expect(up.code).toBe(0);
    expect(up.out).toContain(world.state.url);
    const status = await isthmus(["sandbox", "status", "--instance", rancherInstance]);
    const token = readFileSync(world.state.tokenFile, "utf8").trim();
    expect(up.out + up.err + status.out).not.toContain(token.split(":")[1]);
    expect(statSync(world.state.tokenFile).mode & 0o077).toBe(0);
    const again = await isthmus(["sandbox", "up", "--instance", rancherInstance]);
    expect(again.out).toContain("was running already");
    expect(again.out).toContain(world.state.url);
  });

  it("shows the sandbox's clusters with the sandbox's mark", async () => {
    const { json } = await world.ask("/v3/clusters?name=west");
    expect(json["data"]).toMatchObject([
      {
        id: west,
        name: "west",
        state: "active",
        transitioning: "no",
        version: { gitVersion: expect.stringMatching(/^v1/) as string },
      },
    ]);
    const [cluster] = json["data"] as readonly [{ readonly annotations: Readonly<Record<string, string>> }];
    expect(JSON.parse(cluster.annotations["isthmus.dev/sandbox"] ?? "")).toMatchObject({ instance: rancherInstance });
  });

  it("gives a kubeconfig by which kubectl lists, execs and forwards ports", async () => {
    const { json } = await world.ask(`/v3/clusters/${west}?action=generateKubeconfig`, { method: "POST" });
    const file = path.join(freshFolder(), "kubeconfig");
    writeFileSync(file, String(json["config"]), { mode: 0o600 });
    const kubectl = enginesKubectl();
    const run = async (args: readonly string[], websockets: boolean): Promise<string> =>
      new Promise((resolve, reject) => {
        const env = { ...process.env, KUBECONFIG: file, KUBECTL_REMOTE_COMMAND_WEBSOCKETS: String(websockets) };
        execFile(kubectl, [...args], { env, timeout: 30_000 }, (error, out, err) =>
          error === null ? resolve(out + err) : reject(new Error(err)),
        );
      });
    expect(await run(["get", "nodes", "-o", "name"], true)).toContain("node/west-node");
    const exec = ["-n", "kube-system", "exec", "deploy/coredns", "--", "/coredns", "-version"];
    // WebSocket and, as older kubectl, SPDY.
    expect(await run(exec, true)).toContain("CoreDNS-");
    expect(await run(exec, false)).toContain("CoreDNS-");
    const status = await forwardPort(
      ["--kubeconfig", file, "-n", "kube-system", "deploy/coredns", ":8181"],
      async (port) => (await fetch(`http://127.0.0.1:${port}/ready`)).status,
    );
    expect(status).toBe(200);
  });

  it("passes a watch's events on as they come", async () => {
    const { text } = await world.kube(west, "/api/v1/namespaces?watch=1&resourceVersion=0&timeoutSeconds=2");
    const events = text.trim().split("\n");
    expect(events.map((line) => (JSON.parse(line) as { readonly type: string }).type)).toContain("ADDED");
  });

  it("refuses whoever shows nothing, something unknown, or a token of another cluster", async () => {
    const { token } = await makeToken({ clusterId: west });
    const statuses = await Promise.all([
      world.ask("/v3/clusters", { token: "" }),
      world.ask("/v3/clusters", { token: "token-xxxxx:nobody" }),
      world.kube(world.id("east"), "/version", { token }),
      world.kube("local", "/version", { token }),
      world.ask("/v3/tokens", { token }),
      world.kube(west, "/version", { token }),
      world.ask(`/v3/clusters/${west}`, { token }),
    ]);
    expect(statuses.map((one) => one.status)).toEqual([401, 401, 401, 401, 401, 200, 200]);
    expect(statuses[2]?.json).toMatchObject({ type: "error", status: "401" });
  });

  it("ends tokens at their time, and cuts that to the server's maximum", async () => {
    const short = await makeToken({ ttl: 1500 });
    expect((await world.kube(west, "/version", { token: short.token })).status).toBe(200);
    await sleep(1600);
    expect((await world.kube(west, "/version", { token: short.token })).status).toBe(401);
    expect((await world.ask(`/v3/tokens/${String(short["id"])}`)).json).toMatchObject({ expired: true });
    const setting = `${managed}/settings/auth-token-max-ttl-minutes`;
    expect((await makeToken({ ttl: 0 }))["ttl"]).toBe(129_600 * 60_000);
    await world.kube("local", setting, { method: "PATCH", body: { value: "1" } });
    try {
      expect((await makeToken({ ttl: 0 }))["ttl"]).toBe(60_000);
      expect((await makeToken({ ttl: 999_999 }))["ttl"]).toBe(60_000);
      expect((await makeToken({ ttl: 5000 }))["ttl"]).toBe(5000);
    } finally {
      await world.kube("local", setting, { method: "PATCH", body: { value: "" } });
    }
  });

  it("has the ext API's tokens, whose secret is shown once", async () => {
    const at = "/apis/ext.cattle.io/v1/tokens";
    const { json } = await make(world, "local", at, {
      apiVersion: "ext.cattle.io/v1",
      kind: "Token",
      spec: { ttl: 60_000 },
    });
    const { name } = json["metadata"] as { readonly name: string };
    const { value } = json["status"] as { readonly value: string };
    expect((await world.kube(west, "/version", { token: `ext/${name}:${value}` })).status).toBe(200);
    expect((await world.kube("local", `${at}/${name}`)).text).not.toContain(value);
    expect((await world.kube("local", `${at}/${name}`, { method: "DELETE" })).status).toBe(200);
    expect((await world.kube(west, "/version", { token: `ext/${name}:${value}` })).status).toBe(401);
  });

  it("passes a service account's token through, with its own rights, only where one ClusterProxyConfig says so", async () => {
    const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 600 } };
    const { json } = await make(world, west, "/api/v1/namespaces/default/serviceaccounts/default/token", request);
    const { token } = json["status"] as { readonly token: string };
    const configs = `${managed}/namespaces/${west}/clusterproxyconfigs`;
    const config = (name: string, enabled: boolean): object => ({
      apiVersion: "management.cattle.io/v3",
      kind: "ClusterProxyConfig",
      metadata: { name },
      enabled,
    });
    const statusOf = async (at: string): Promise<number> => (await world.kube(west, at, { token })).status;
    expect(await statusOf("/api")).toBe(401);
    try {
      await make(world, "local", configs, config("one", false));
      expect(await statusOf("/api")).toBe(401);
      await world.kube("local", `${configs}/one`, { method: "PATCH", body: { enabled: true } });
      expect(await statusOf("/api")).toBe(200);
      expect(await statusOf("/api/v1/secrets")).toBe(403);
      await make(world, "local", configs, config("two", true));
      expect(await statusOf("/api")).toBe(401);
    } finally {
      await world.kube("local", `${configs}/one`, { method: "DELETE" });
      await world.kube("local", `${configs}/two`, { method: "DELETE" });
    }
  });
});

describe("the Rancher double in trouble", () => {
  const pidOf = async (part: string, cluster?: string): Promise<number> => {
    const ran = await isthmus(["sandbox", "status", "--instance", rancherInstance, "-o", "json"]);
    const status = JSON.parse(ran.out) as {
      readonly rancher: RancherWorld["state"];
      readonly clusters: readonly (RancherWorld["state"] & { readonly name: string })[];
    };
    const node = cluster === undefined ? status.rancher : status.clusters.find((one) => one.name === cluster);
    const pid = node?.components.find((one) => one.name === part)?.pid;
    expect(pid).toBeGreaterThan(1);
    return pid ?? 0;
  };

  it("keeps its tokens when it is started again, its secrets nowhere", async () => {
    const { token } = await makeToken({ description: "outlives a restart" });
    process.kill(await pidOf("rancher"), "SIGKILL");
    const answer = await until(
      async () => world.kube(west, "/version", { token }).catch(() => undefined),
      (found) => found?.status === 200,
    );
    expect(answer?.json["gitVersion"]).toMatch(/^v1/);
    const kept = readFileSync(path.join(path.dirname(world.state.tokenFile), "tokens.json"), "utf8");
    expect(kept).toContain(token.split(":")[0]);
    expect(kept).not.toContain(token.split(":")[1]);
    const logs = await isthmus(["sandbox", "logs", "rancher", "--instance", rancherInstance]);
    expect(logs.out).toContain("listens on");
    expect(logs.out).not.toContain(token.split(":")[1]);
  });

  it("says that a cluster is unavailable which does not answer, and goes on with the others", async () => {
    const pid = await pidOf("kube-apiserver", "east");
    const east = world.id("east");
    process.kill(pid, "SIGSTOP");
    try {
      const away = await until(
        async () => world.ask(`/v3/clusters/${east}`),
        ({ json }) => json["state"] === "unavailable",
      );
      expect(away.json).toMatchObject({
        transitioning: "error",
        transitioningMessage: "Cluster agent is not connected",
      });
      const refused = await world.kube(east, "/version");
      expect(refused.status).toBe(503);
      expect(refused.json["Code"]).toEqual({ Code: "ClusterUnavailable", Status: 503 });
      expect((await world.kube(west, "/version")).status).toBe(200);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await until(
      async () => world.kube(east, "/version"),
      ({ status }) => status === 200,
    );
  });
});
