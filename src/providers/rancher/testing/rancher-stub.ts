import type { IncomingMessage, ServerResponse } from "node:http";
import { createCuttableServer } from "../../../kube/fake/cuttable-server.ts";
import { createFakeAuthority } from "../../../kube/fake/issue-certificates.ts";

/** A request as it came in. */
export interface StubRequest {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** What comes back. `body` is sent as JSON unless it is text. */
export interface StubAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
}

/** Instead of an answer: nothing ever, a cut connection, or an answer that ends in the middle. */
export type StubFault = "hang" | "reset" | "half";

export type StubRoute = (request: StubRequest) => StubAnswer | StubFault | Promise<StubAnswer>;

export interface RancherStub {
  readonly url: string;
  /** PEM of the authority that signed the stub's certificate. */
  readonly authority: string;
  readonly requests: readonly StubRequest[];
  /** How many connections to it are open. */
  readonly openConnections: () => number;
  /** Answers `METHOD /path` (without the query) from now on; `METHOD /path/*` is all that is below it and has no answer of its own. */
  on(route: string, answer: StubRoute): void;
  close(): Promise<void>;
}

export const stubToken = "token-abcde:b5qk7x2m9v4n8z3w6t1r";

/**
 * A stub of Rancher's documented answers on a loopback port, over TLS with an
 * authority of its own: only the routes that a test gives it, with the check
 * of the token before all but `/rancherversion`. It decides nothing itself;
 * how Rancher behaves is the test's to say, with the source.
 */
export async function startRancherStub(version = "v2.12.3"): Promise<RancherStub> {
  const authority = await createFakeAuthority("stub-rancher-ca");
  const identity = await authority.issue({ commonName: "rancher", ip: "127.0.0.1" });
  const routes = new Map<string, StubRoute>();
  const requests: StubRequest[] = [];
  const listener = createCuttableServer(identity, (incoming, response) => {
    void readAll(incoming).then(async (body) => {
      const { method = "", url = "", headers } = incoming;
      const request = { method, url, authorization: headers.authorization, body };
      requests.push(request);
      send(await answer(request, routes), response);
    });
  });
  // As Rancher, which is a Go program: no connection ends because nobody uses it, so that one that is left open shows.
  listener.server.keepAliveTimeout = 0;
  const port = await listener.listen();
  routes.set("GET /rancherversion", () => ({
    body: { Version: version, GitCommit: "0000000", RancherPrime: "false" },
  }));
  return {
    url: `https://127.0.0.1:${port}`,
    authority: authority.certificate,
    requests,
    openConnections: () => listener.openConnections(),
    on: (route, one) => void routes.set(route, one),
    close: async () => listener.close(),
  };
}

function answer(request: StubRequest, routes: ReadonlyMap<string, StubRoute>): ReturnType<StubRoute> {
  const [path = ""] = request.url.split("?");
  const asked = `${request.method} ${path}`;
  const [, below] = [...routes].find(([one]) => one.endsWith("/*") && asked.startsWith(one.slice(0, -1))) ?? [];
  const route = routes.get(asked) ?? below;
  if (route !== undefined && path === "/rancherversion") {
    return route(request);
  }
  if (request.authorization !== `Bearer ${stubToken}`) {
    return { status: 401, body: { type: "error", status: "401", message: "Unauthorized 401: must authenticate" } };
  }
  return (
    route?.(request) ?? { status: 404, body: { type: "error", status: 404, code: "NotFound", message: "not found" } }
  );
}

function send(answer: StubAnswer | StubFault, response: ServerResponse): void {
  if (answer === "hang") {
    return;
  }
  if (answer === "reset") {
    response.socket?.destroy();
    return;
  }
  if (answer === "half") {
    response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
    response.write('{"type":"collection","data":[{"id":"c-ab', () => response.socket?.destroy());
    return;
  }
  const { status = 200, headers = {}, body = {} } = answer;
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

async function readAll(incoming: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of incoming.setEncoding("utf8")) {
    text += String(chunk);
  }
  return text;
}
