import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { serviceHost } from "../../core/render/names.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { subsetCluster } from "../facts/proxy-endpoints.ts";
import type { SplitMeasurement } from "./measure-split.ts";
import { measureSplit } from "./measure-split.ts";

const [service] = twoClusters.services;
let servers: Server[] = [];

afterEach(async () => {
  await Promise.all(servers.map(async (one) => new Promise((resolve) => one.close(resolve))));
  servers = [];
});

/** What a test's ingress does with its requests, by their number from 0. */
interface Behaviour {
  /** The version that a request goes to; undefined answers it in the gateway. */
  readonly version: (number: number) => "v1" | "v2" | undefined;
  readonly status?: (number: number) => number;
  /** Attempts that fail before each answer of a version. */
  readonly retries?: number;
  /** Answers to others, counted with ours. */
  readonly others?: number;
  /** How often counters begin anew while requests are sent. */
  readonly restarts?: number;
  readonly log?: boolean;
}

/** Measures at an ingress that behaves so: its requests, its proxy's `/clusters` and its log agree as an Envoy's do. */
async function measure(behaviour: Behaviour, requests = 40): Promise<SplitMeasurement> {
  if (service === undefined) {
    throw new Error("the mesh has a service");
  }
  const counters = { v1: { success: 1000, error: 5 }, v2: { success: 2000, error: 0 } };
  const lines: string[] = [];
  let number = 0;
  let changes = 27;
  let restarts = behaviour.restarts ?? 0;
  const ingress = createServer((request, response) => {
    const mine = number;
    number += 1;
    const version = behaviour.version(mine);
    const status = behaviour.status?.(mine) ?? 200;
    if (mine % requests === 1 && restarts > 0) {
      restarts -= 1;
      counters.v1 = { success: 0, error: 0 };
      changes += 1;
    }
    const cluster = version === undefined ? "-" : subsetCluster(serviceHost(service), service.port, version);
    if (behaviour.log === true) {
      const detail = version === undefined ? "UH no_healthy_upstream" : "- via_upstream";
      lines.push(`[t] "GET / HTTP/1.1" ${status} ${detail} - "-" "${request.headers["user-agent"]}" ${cluster}`);
    }
    if (version === undefined) {
      response.writeHead(503, { "content-type": "text/plain" }).end("no healthy upstream");
      return;
    }
    counters[version].error += (behaviour.retries ?? 0) + (status >= 500 ? 1 : 0);
    counters[version].success += status >= 500 ? 0 : 1;
    if (mine % requests === 0) {
      counters.v2.success += behaviour.others ?? 0;
    }
    response.writeHead(status, { "x-envoy-upstream-service-time": "1" }).end("hello");
  });
  servers.push(ingress);
  await new Promise<void>((resolve) => ingress.listen(0, "127.0.0.1", resolve));
  const { client } = await connectFake({
    api: {
      podResponse: (path) =>
        path.startsWith("/stats")
          ? respond(`cluster_manager.cluster_added: 29\ncluster_manager.cluster_updated: ${changes}\n`)
          : clustersPage(counters, (version) => subsetCluster(serviceHost(service), service.port, version)),
      podLog: () => lines.join("\n"),
    },
  });
  return measureSplit(
    {
      client,
      listPods: async () => [{ namespace: "istio-system", name: "ingress-1" }],
      origin: `http://127.0.0.1:${(ingress.address() as AddressInfo).port}`,
      service,
      request: { method: "GET", path: "/", headers: {}, hosts: [""] },
      requests,
    },
    { signal: new AbortController().signal },
  );
}

function clustersPage(
  counters: Readonly<Record<string, { readonly success: number; readonly error: number }>>,
  nameOf: (version: string) => string,
): string {
  const body = JSON.stringify({
    cluster_statuses: Object.entries(counters).map(([version, { success, error }]) => ({
      name: nameOf(version),
      host_statuses: [
        {
          address: { socket_address: { address: "10.42.0.6", port_value: 5000 } },
          stats: [
            { name: "rq_total", value: String(success + error) },
            { name: "rq_success", value: String(success) },
            { name: "rq_error", value: String(error) },
          ],
        },
      ],
    })),
  });
  return respond(body);
}

function respond(body: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

const half = (number: number): "v1" | "v2" => (number % 2 === 0 ? "v1" : "v2");

describe("a measurement", () => {
  it("counts each request once, however often the gateway tried it", async () => {
    expect(await measure({ version: half, retries: 2 })).toMatchObject({
      kind: "counted",
      attempts: 1,
      answers: { v1: 20, v2: 20 },
      unattributed: 0,
    });
  });

  it("takes an application's 404 for an answer", async () => {
    const measured = await measure({ version: half, status: () => 404 });
    expect(measured).toMatchObject({ kind: "counted", answers: { v1: 20, v2: 20 } });
    expect(measured.tally).toMatchObject({ failures: [], statuses: { 404: 40 } });
  });

  it("begins again when counters have begun anew, and is then as good as any", async () => {
    expect(await measure({ version: half, restarts: 1 })).toMatchObject({
      kind: "counted",
      attempts: 2,
      answers: { v1: 20, v2: 20 },
    });
  });

  it("says that it does not know, when they begin anew each time", async () => {
    expect(await measure({ version: half, restarts: 3 })).toMatchObject({ kind: "restarted", attempts: 3 });
  });

  it("does not count what others asked, where the access log tells whose requests are whose", async () => {
    expect(await measure({ version: half, others: 300, log: true })).toMatchObject({
      kind: "counted",
      attempts: 1,
      answers: { v1: 20, v2: 20 },
    });
  });

  it("says that it does not know, where nothing tells", { timeout: 20_000 }, async () => {
    expect(await measure({ version: half, others: 300 })).toMatchObject({ kind: "others", attempts: 3 });
  });

  it(
    "knows of the version of a request that failed in the gateway only what the log says",
    { timeout: 20_000 },
    async () => {
      const tenth = (number: number) => (number % 10 === 0 ? undefined : "v2");
      const unknown = { kind: "counted", answers: { v1: 0, v2: 36 }, unattributed: 4 };
      expect(await measure({ version: tenth })).toMatchObject(unknown);
      const logged = await measure({ version: tenth, log: true });
      expect(logged).toMatchObject(unknown);
      expect(logged.details).toEqual([{ reason: "UH no_healthy_upstream", count: 4 }]);
    },
  );
});
