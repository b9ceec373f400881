import type { RequestListener, Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { twoClusters } from "../../../core/testing/two-clusters.ts";
import { connectFake } from "../../../kube/testing/connect-fake.ts";
import type { MeasureInput } from "../measure-split.ts";
import { versionCluster } from "../../../core/proxy/version-cluster.ts";

const [helloworld] = twoClusters.services;
let servers: Server[] = [];

/** Ends the ingresses that tests have started. */
export async function closeIngresses(): Promise<void> {
  await Promise.all(servers.map(async (one) => new Promise((resolve) => one.close(resolve))));
  servers = [];
}

/** What a test's ingress does with its requests, by their number from 0. */
export interface Behaviour {
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
  /** The service's routes are of the Gateway API. */
  readonly gatewayApi?: boolean;
}

/** What measures at an ingress that behaves so: its requests, its proxy's `/clusters` and its log agree as an Envoy's do. */
export async function ingressThat(behaviour: Behaviour, requests = 40): Promise<MeasureInput> {
  if (helloworld === undefined) {
    throw new Error("the mesh has a service");
  }
  const service =
    behaviour.gatewayApi === true
      ? { ...helloworld, routes: helloworld.routes.map((route) => ({ ...route, api: "gatewayAPI" as const })) }
      : helloworld;
  const nameOf = (version: string): string => versionCluster(service, version);
  const envoy: Envoy = {
    counters: { v1: { success: 1000, error: 5 }, v2: { success: 2000, error: 0 } },
    lines: [],
    changes: 27,
    nameOf,
  };
  const ingress = createServer(answerAs(behaviour, envoy, requests));
  servers.push(ingress);
  await new Promise<void>((resolve) => ingress.listen(0, "127.0.0.1", resolve));
  const { client } = await connectFake({
    api: {
      podResponse: (path) =>
        path.startsWith("/stats")
          ? respond(`cluster_manager.cluster_added: 29\ncluster_manager.cluster_updated: ${envoy.changes}\n`)
          : clustersPage(envoy.counters, nameOf),
      podLog: () => envoy.lines.join("\n"),
    },
  });
  return {
    client,
    listPods: async () => [{ namespace: "istio-system", name: "ingress-1" }],
    origin: `http://127.0.0.1:${(ingress.address() as AddressInfo).port}`,
    service,
    request: { method: "GET", path: "/", headers: {}, hosts: [""] },
    requests,
  };
}

/** What an Envoy counts and logs. */
interface Envoy {
  readonly counters: Record<"v1" | "v2", { success: number; error: number }>;
  readonly lines: string[];
  /** How often its clusters have changed. */
  changes: number;
  readonly nameOf: (version: string) => string;
}

function answerAs(behaviour: Behaviour, envoy: Envoy, requests: number): RequestListener {
  const { counters } = envoy;
  let number = 0;
  let restarts = behaviour.restarts ?? 0;
  return (request, response) => {
    const mine = number;
    number += 1;
    const version = behaviour.version(mine);
    const status = behaviour.status?.(mine) ?? 200;
    if (mine % requests === 1 && restarts > 0) {
      restarts -= 1;
      counters.v1 = { success: 0, error: 0 };
      envoy.changes += 1;
    }
    if (behaviour.log === true) {
      const cluster = version === undefined ? "-" : envoy.nameOf(version);
      const detail = version === undefined ? "UH no_healthy_upstream" : "- via_upstream";
      envoy.lines.push(`[t] "GET / HTTP/1.1" ${status} ${detail} - "-" "${request.headers["user-agent"]}" ${cluster}`);
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
  };
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
