import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { acceptTunnel } from "../../../src/kube/fake/accept-tunnel.ts";
import type { FakeState } from "../../../src/kube/fake/fake-request.ts";
import { answerRequest } from "../../../src/kube/fake/answer-request.ts";
import type { WireObject } from "../../../src/kube/fake/fake-store.ts";
import { createFakeAuthority } from "../../../src/kube/fake/issue-certificates.ts";
import { serveWatch } from "../../../src/kube/fake/serve-watch.ts";
import { createCompactStore, createSharedObjects } from "./compact-store.ts";
import { setAuthority } from "./controllers.ts";

/** What the server tells on stdout when it is up, as one line of JSON. */
export interface FleetAddress {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
}

const latencyMs = 20;
const slowMs = 2000;

/**
 * The API servers of a whole fleet in one process, until it is killed: below
 * `/c/NAME` the cluster NAME, which is empty when first asked. Below `/slow/NAME`
 * the same cluster takes two seconds for every answer, below `/dead/NAME` it
 * never answers. `count` clusters are what every istiod says it is synced with.
 */
export async function serveFleet(count: number): Promise<void> {
  const issuer = await createFakeAuthority("fleet");
  setAuthority(issuer.certificate);
  const shared = createSharedObjects();
  const clusters = new Map<string, FakeState>();
  const stateOf = (name: string): FakeState => {
    const state = clusters.get(name) ?? { store: createCompactStore(name, shared), conflicts: new Map(), kinds: [] };
    if (!clusters.has(name)) {
      clusters.set(name, state);
      startObjects().forEach((object) => state.store.put(object, { store: true }));
    }
    return state;
  };
  const clusterz = JSON.stringify(
    Array.from({ length: count }, (_, index) => ({ id: `cluster-${index}`, syncStatus: "synced" })),
  );

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [way, name, rest] = placeOf(incoming);
    const body = await readBody(incoming);
    if (way === "dead") {
      return;
    }
    await pause(way === "slow" ? slowMs : latencyMs);
    const state = stateOf(name);
    const answer = answerRequest(
      {
        method: incoming.method ?? "",
        url: new URL(rest, "http://fleet"),
        body,
        contentType: incoming.headers["content-type"] ?? "",
        accept: incoming.headers.accept ?? "",
      },
      state,
    );
    if (answer.kind === "watch") {
      serveWatch(answer, state.store, response);
      return;
    }
    const text = JSON.stringify(answer.body);
    const packed = text.length > 128 * 1024;
    response
      .writeHead(answer.status, {
        "content-type": "application/json",
        ...(packed ? { "content-encoding": "gzip" } : {}),
      })
      .end(packed ? gzipSync(text, { level: 1 }) : text);
  };

  const host = ownAddress();
  const certificate = await issuer.issue({ commonName: "fleet server", ip: host });
  const server = createServer({ key: certificate.key, cert: certificate.cert }, (incoming, response) => {
    handle(incoming, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  // As long as an API server of Kubernetes keeps idle connections at least; Node's own five seconds are shorter than a wait.
  server.keepAliveTimeout = 90_000;
  server.on("upgrade", (incoming: IncomingMessage, socket: Socket) => {
    const respond = (path: string): string => {
      const page = path.startsWith("/debug/clusterz") ? clusterz : path.startsWith("/debug/networkz") ? "[]" : "{}";
      return `HTTP/1.1 200 OK\r\ncontent-length: ${page.length}\r\n\r\n${page}`;
    };
    acceptTunnel(incoming, socket, { respond });
  });
  await new Promise<void>((resolve) => server.listen(0, host, 4096, resolve));
  const { port } = server.address() as AddressInfo;
  const address: FleetAddress = { url: `https://${host}:${port}`, ca: issuer.certificate };
  process.stdout.write(`${JSON.stringify(address)}\n`);
}

/** An IPv4 address of this machine: a mesh of several clusters cannot have a loopback address as an endpoint (ISM526). */
function ownAddress(): string {
  const own = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const found = own.find(({ family, internal }) => family === "IPv4" && !internal);
  if (found === undefined) {
    throw new Error("the fleet needs an address of this machine that is no loopback address, and there is none");
  }
  return found.address;
}

function placeOf(incoming: IncomingMessage): readonly [way: string, name: string, rest: string] {
  const [, way = "", name = "", rest = "/"] = /^\/([^/]+)\/([^/]+)(\/.*)$/.exec(incoming.url ?? "") ?? [];
  return [way, name, rest];
}

/** What is in a cluster before Istio: a node, its namespaces, and the pod that istiod will run in. */
function startObjects(): readonly WireObject[] {
  const namespaces = ["default", "kube-system"].map((name) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name },
  }));
  return [
    ...namespaces,
    { apiVersion: "v1", kind: "Node", metadata: { name: "node-1" }, status: { conditions: [] } },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "istiod-1", namespace: "istio-system", labels: { app: "istiod" } },
      status: { phase: "Running", startTime: "2026-01-01T00:00:00Z", conditions: [{ type: "Ready", status: "True" }] },
    },
  ];
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of incoming.setEncoding("utf8")) {
    text += String(chunk);
  }
  return text;
}
