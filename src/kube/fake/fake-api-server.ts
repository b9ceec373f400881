import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { ResourceKind } from "../object-reference.ts";
import type { TunnelEnds } from "./accept-tunnel.ts";
import { acceptTunnel } from "./accept-tunnel.ts";
import type { FakeTls } from "./cuttable-server.ts";
import { createCuttableServer } from "./cuttable-server.ts";
import type { FakeResource } from "./fake-request.ts";
import type { FakeStore, WireObject } from "./fake-store.ts";
import { createFakeStore } from "./fake-store.ts";
import type { Fault, SeenRequest } from "./faults.ts";
import { createFaults } from "./faults.ts";
import type { FakeServing } from "./serve-request.ts";
import { asSeen, sendJson, serveRequest } from "./serve-request.ts";
import { statusBody } from "./status-body.ts";

export interface FakeApiServerOptions {
  /** Without it plain HTTP is spoken. */
  readonly tls?: FakeTls;
  /** A path that all requests must begin with, as behind Rancher. */
  readonly pathPrefix?: string;
  /** Requests without exactly this `Authorization` header get 401. */
  readonly authorization?: string;
  /** Kinds beyond the well-known ones. */
  readonly kinds?: readonly FakeResource[];
  /** True: a deleted namespace is terminating until somebody takes it out of the store. Default false: it is gone at once, and what is in it stays. */
  readonly namespacesLinger?: boolean;
  /** What admission makes of an object that is applied: its webhooks and policies. Default: nothing. A refusal is the message of a 403. */
  readonly admit?: (object: WireObject) => WireObject | { readonly refused: string };
  /** What a SubjectAccessReview about a user is answered. Default: everything is allowed. */
  readonly mayDo?: (attributes: Readonly<Record<string, string>>, user: string) => boolean;
  /** What pods answer through port-forwards: a raw HTTP response per request path and port. */
  readonly podResponse?: (path: string, port: number) => string;
  /** What pods answer to what is no HTTP (`TunnelEnds.answer`). */
  readonly podAnswer?: (received: Uint8Array, port: number) => Uint8Array | undefined;
  /** What stands in the log of a pod; without it pods have none. */
  readonly podLog?: (pod: string) => string;
}

/** A running fake. */
export interface FakeApiServer {
  /** With the path prefix. */
  readonly url: string;
  readonly store: FakeStore;
  readonly requests: readonly SeenRequest[];
  /** The next `times` requests that `matches` (default: any) meet the fault. */
  inject(
    fault: Fault,
    options?: { readonly times?: number; readonly matches?: (request: SeenRequest) => boolean },
  ): void;
  /** Ends all faults, also those that have times left. */
  mend(): void;
  /** A field that another manager owns: applies to that object conflict unless forced. */
  addConflict(kind: ResourceKind, name: string, conflict: { readonly manager: string; readonly field: string }): void;
  /** Puts an object as if someone else had. */
  put(object: WireObject): WireObject;
  /** Cuts every connection that is open. */
  cutConnections(): void;
  /** From now on requests need this `Authorization` header instead of the one before. */
  authorize(authorization: string): void;
  /** Ends like a process that is killed, and is back at the same address with the same store after `downMs`. */
  restart(downMs: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * A fake API server on a free loopback port, for unit tests and load: a real
 * HTTP(S) server that speaks enough of Kubernetes' REST. Its apply is a plain
 * merge: no field ownership (but `addConflict`), no defaulting, no validation,
 * no admission but `admit`. What depends on those needs a real API server.
 */
export async function startFakeApiServer(options: FakeApiServerOptions = {}): Promise<FakeApiServer> {
  const { tls, pathPrefix: prefix = "", kinds = [], namespacesLinger = false, podLog } = options;
  const store = createFakeStore();
  const requests: SeenRequest[] = [];
  const faults = createFaults();
  const conflicts = new Map<string, { readonly manager: string; readonly field: string }>();
  let { authorization } = options;
  const serving: FakeServing = {
    state: { store, conflicts, kinds, namespacesLinger, ...decidedBy(options) },
    faults,
    prefix,
    authorization: () => authorization,
    podLog,
    onRequest: (request) => void requests.push(request),
  };
  const listener = createCuttableServer(tls, (incoming, response) => {
    serveRequest(incoming, response, serving).catch((error: unknown) =>
      sendJson(response, 500, statusBody(500, "InternalError", String(error))),
    );
  });
  listener.server.on("upgrade", (incoming: IncomingMessage, socket: Socket) => {
    const seen = asSeen(incoming, "");
    requests.push(seen);
    if (faults.take(seen) === undefined) {
      acceptTunnel(incoming, socket, endsOf(options));
    } else {
      socket.destroy();
    }
  });
  const port = await listener.listen();

  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}${prefix}`,
    store,
    requests,
    inject: (fault, { times = 1, matches = () => true } = {}) => faults.inject(fault, times, matches),
    mend: () => faults.mend(),
    addConflict: (kind, name, conflict) => void conflicts.set(`${kind.apiVersion}/${kind.kind}/${name}`, conflict),
    put: (object) => store.put(object, { store: true }).object,
    cutConnections: () => listener.cut(),
    authorize: (header) => void (authorization = header),
    async restart(downMs) {
      await listener.close();
      await pause(downMs);
      await listener.listen(port);
    },
    close: async () => listener.close(),
  };
}

function decidedBy({ admit, mayDo }: FakeApiServerOptions): Pick<FakeServing["state"], "admit" | "mayDo"> {
  return { ...(admit === undefined ? {} : { admit }), ...(mayDo === undefined ? {} : { mayDo }) };
}

function endsOf({ podResponse: respond = answerNothing, podAnswer: answer }: FakeApiServerOptions): TunnelEnds {
  return { respond, ...(answer === undefined ? {} : { answer }) };
}

function answerNothing(): string {
  return "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";
}
