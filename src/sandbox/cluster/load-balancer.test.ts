import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import type { Server } from "node:https";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAdminCredentials } from "./admin-credentials.ts";
import { createApiClient } from "./api-client.ts";
import type { ClusterFolder } from "./cluster-folder.ts";
import { clusterFolder } from "./cluster-folder.ts";
import { makeCredentials } from "./credentials.ts";
import { runLoadBalancer } from "./load-balancer.ts";
import { makePrivateFolder } from "./private-file.ts";

interface Service {
  readonly metadata: { readonly namespace: string; readonly name: string; readonly resourceVersion: string };
  readonly spec: { readonly type: string; readonly loadBalancerClass?: string };
  readonly status: { readonly loadBalancer: { readonly ingress?: readonly { readonly ip: string }[] } };
}

function service(name: string, ip?: string, spec: Partial<Service["spec"]> = {}): Service {
  return {
    metadata: { namespace: "default", name, resourceVersion: "7" },
    spec: { type: "LoadBalancer", ...spec },
    status: { loadBalancer: ip === undefined ? {} : { ingress: [{ ip }] } },
  };
}

/** The wire: an API server that lists services, keeps one watch open, and writes down the addresses that it is sent. */
interface FakeApi {
  readonly server: Server;
  readonly written: Map<string, string>;
  readonly peers: Set<string>;
  listed: readonly Service[];
  lists: number;
  watch: ServerResponse | undefined;
}

let folder: ClusterFolder;
const fake: { api?: FakeApi } = {};

async function startFakeApi(): Promise<FakeApi> {
  const read = async (name: string): Promise<string> => readFile(path.join(folder.certs, name), "utf8");
  const server = createServer({
    ca: await read("ca.crt"),
    cert: await read("kube-apiserver.crt"),
    key: await read("kube-apiserver.key"),
    requestCert: true,
    rejectUnauthorized: true,
  });
  const api: FakeApi = { server, written: new Map(), peers: new Set(), listed: [], lists: 0, watch: undefined };
  server.on("secureConnection", (socket) => api.peers.add(String(socket.getPeerCertificate().subject.CN)));
  server.on("request", (request, response) => {
    const url = new URL(request.url ?? "", "https://fake");
    response.setHeader("content-type", "application/json");
    if (request.method === "PATCH") {
      const name = url.pathname.split("/").at(-2) ?? "";
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        api.written.set(name, (JSON.parse(body) as Service).status.loadBalancer.ingress?.[0]?.ip ?? "");
        response.end("{}");
      });
    } else if (url.searchParams.has("watch")) {
      api.watch = response;
      response.flushHeaders();
    } else {
      api.lists += 1;
      response.end(JSON.stringify({ metadata: { resourceVersion: "5" }, items: api.listed }));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return api;
}

function send(api: FakeApi, type: string, object: Service): void {
  api.watch?.write(`${JSON.stringify({ type, object })}\n`);
}

beforeAll(async () => {
  folder = clusterFolder(await mkdtemp(path.join(tmpdir(), "isthmus-")));
  await makePrivateFolder(folder.certs);
  await makeCredentials(folder, { cluster: "west", node: "west-node", nodeAddress: "172.30.0.11" }, new Date());
  fake.api = await startFakeApi();
});

afterAll(async () => {
  fake.api?.server.closeAllConnections();
  fake.api?.server.close();
  await rm(folder.dir, { recursive: true });
});

describe("makeCredentials", () => {
  it("writes keys that only their owner can read, and new ones each time", async () => {
    const file = path.join(folder.certs, "admin.key");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const other = clusterFolder(path.join(folder.dir, "other"));
    await makePrivateFolder(other.certs);
    await makeCredentials(other, { cluster: "west", node: "west-node", nodeAddress: "172.30.0.11" }, new Date());
    expect(await readFile(path.join(other.certs, "admin.key"), "utf8")).not.toBe(await readFile(file, "utf8"));
  });
});

describe("runLoadBalancer", () => {
  it("follows a cluster's services from beginning to end", async () => {
    const { api } = fake;
    if (api === undefined) {
      throw new Error("the fake API server did not start");
    }
    const controller = new AbortController();
    const server = `https://127.0.0.1:${(api.server.address() as AddressInfo).port}`;
    const client = createApiClient(await readAdminCredentials(folder, "172.30.0.11"), server);
    api.listed = [service("new"), service("old", "172.30.1.1"), service("internal", undefined, { type: "ClusterIP" })];
    const log: string[] = [];
    const running = runLoadBalancer({
      api: client,
      range: "172.30.1.0/24",
      signal: controller.signal,
      onFollowing: () => undefined,
      onLog: (line) => log.push(line),
    });

    await expect.poll(() => api.watch).toBeDefined();
    expect(Object.fromEntries(api.written)).toEqual({ new: "172.30.1.2" });
    expect([...api.peers]).toEqual(["sandbox-admin"]);

    send(api, "ADDED", service("other-class", undefined, { loadBalancerClass: "example.org/lb" }));
    send(api, "DELETED", service("old", "172.30.1.1"));
    send(api, "ADDED", service("third"));
    await expect.poll(() => api.written.get("third")).toBe("172.30.1.1");
    expect(api.written.has("other-class")).toBe(false);

    // The API server forgets where the watch stood; a new list tells what happened in between.
    api.listed = [service("new", "172.30.1.2"), service("third", "172.30.1.1"), service("fourth")];
    api.watch?.end(`${JSON.stringify({ type: "ERROR", object: { code: 410, message: "too old" } })}\n`);
    await expect.poll(() => api.written.get("fourth")).toBe("172.30.1.3");
    expect(api.lists).toBe(2);
    expect(log.some((line) => line.includes("too old"))).toBe(true);

    controller.abort(new Error("enough"));
    await running;
    client.close();
  });
});
