import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** What a set of the double is, as the API shows it. */
export interface DoubleSet {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly ttl: number | null;
  readonly records: readonly string[];
  readonly created_at: string;
}

export interface DesignateDouble {
  readonly authUrl: string;
  /** All sets of the zone `example.test.`; may be changed. */
  readonly sets: Map<string, DoubleSet>;
  /** `METHOD /path` of each request. */
  readonly requests: readonly string[];
  /** Tokens that were handed out count no longer. */
  readonly forgetTokens: () => void;
  /** Told each request as it comes in, before anything is done. */
  readonly onRequest: (look: (line: string) => void) => void;
  /** Answers the next request whose `METHOD /path` this fits with that status. */
  readonly failNext: (pattern: RegExp, status: number) => void;
  /** After so many writes that are done, every connection breaks; Infinity mends it. */
  readonly breakAfterWrites: (count: number) => void;
  readonly stop: () => Promise<void>;
}

const zoneId = "2150b1bf-dee2-4221-9d85-11f7886fb15f";

/**
 * A double of Keystone v3 and of Designate v2, and no more than that: what it answers is written after the API
 * references and their samples (https://docs.openstack.org/api-ref/dns/dns-api-v2-index.html,
 * https://docs.openstack.org/api-ref/identity/v3/). Designate 23.0.0 answers the same to what isthmus sends; a cloud was
 * not asked. Pages have two entries, and each answer takes up to `delayMs`.
 */
export async function startDesignateDouble(delayMs = 0): Promise<DesignateDouble> {
  const state: State = { origin: "", sets: new Map(), requests: [], tokens: new Set(), writesLeft: Infinity };
  const server = createServer((request, response) => {
    void pause(Math.random() * delayMs)
      .then(async () => await answer(state, request))
      .then((answer) => {
        if (answer === undefined) {
          request.socket.destroy();
          return;
        }
        response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
        response.end(JSON.stringify(answer.body));
      });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  state.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    authUrl: `${state.origin}/identity`,
    sets: state.sets,
    requests: state.requests,
    onRequest: (look) => {
      state.look = look;
    },
    forgetTokens: () => state.tokens.clear(),
    failNext: (pattern, status) => {
      state.failing = { pattern, status };
    },
    breakAfterWrites: (count) => {
      state.writesLeft = count;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

interface State {
  origin: string;
  readonly sets: Map<string, DoubleSet>;
  readonly requests: string[];
  readonly tokens: Set<string>;
  writesLeft: number;
  look?: (line: string) => void;
  failing?: { readonly pattern: RegExp; readonly status: number } | undefined;
}

/** Undefined where the connection breaks. */
async function answer(state: State, request: IncomingMessage): Promise<Answer | undefined> {
  const { method = "", url = "" } = request;
  const body = await readBody(request);
  const line = `${method} ${url}`;
  state.requests.push(line);
  state.look?.(line);
  if (state.writesLeft <= 0) {
    return undefined;
  }
  if (state.failing?.pattern.test(line) === true) {
    const { status } = state.failing;
    state.failing = undefined;
    return refusal(status, "injected", "The double was told to fail");
  }
  const { pathname, searchParams } = new URL(url, state.origin);
  if (pathname === "/identity/v3/auth/tokens") {
    return signIn(body, state.tokens, state.origin);
  }
  if (!state.tokens.has(String(request.headers["x-auth-token"]))) {
    return unauthorized;
  }
  if (pathname === "/dns/v2/zones") {
    const zone = {
      id: zoneId,
      name: "example.test.",
      type: "PRIMARY",
      status: "ACTIVE",
      serial: 1404757531,
      ttl: 3600,
    };
    const zones = searchParams.get("name") === zone.name ? [zone] : [];
    return { status: 200, body: { zones, links: {}, metadata: { total_count: zones.length } } };
  }
  if (!pathname.startsWith(`/dns/v2/zones/${zoneId}/recordsets`)) {
    return refusal(404, "not_found", "Not Found");
  }
  state.writesLeft -= method === "GET" ? 0 : 1;
  return await setsAnswer(method, { id: pathname.split("/")[6], searchParams, body, sets: state.sets });
}

const unauthorized: Answer = {
  status: 401,
  body: { error: { code: 401, message: "The request you have made requires authentication.", title: "Unauthorized" } },
};

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

function signIn(body: string, tokens: Set<string>, origin: string): Answer {
  const accepted = [
    {
      auth: {
        identity: { methods: ["application_credential"], application_credential: { id: "app1", secret: "s3cret" } },
      },
    },
    {
      auth: {
        identity: {
          methods: ["password"],
          password: { user: { name: "isthmus", domain: { name: "Default" }, password: "s3cret" } },
        },
        scope: { project: { name: "shop", domain: { name: "Default" } } },
      },
    },
  ];
  if (!accepted.some((one) => JSON.stringify(one) === body)) {
    return unauthorized;
  }
  const token = randomUUID();
  tokens.add(token);
  const endpoint = (interfaceName: string, region: string, url: string): object => ({
    id: randomUUID(),
    interface: interfaceName,
    region,
    region_id: region,
    url,
  });
  const endpoints = [
    endpoint("internal", "one", "http://127.0.0.1:1"),
    endpoint("public", "one", `${origin}/dns`),
    endpoint("public", "two", "http://127.0.0.1:1/v2/"),
  ];
  const catalog = [
    { type: "identity", name: "keystone", endpoints: [endpoint("public", "one", `${origin}/identity`)] },
    { type: "dns", name: "designate", endpoints },
  ];
  const expires = new Date(Date.now() + 3_600_000).toISOString();
  return {
    status: 201,
    body: { token: { methods: ["password"], expires_at: expires, catalog } },
    headers: { "x-subject-token": token },
  };
}

interface SetsRequest {
  readonly id: string | undefined;
  readonly searchParams: URLSearchParams;
  readonly body: string;
  readonly sets: Map<string, DoubleSet>;
}

async function setsAnswer(method: string, { id, searchParams, body, sets }: SetsRequest): Promise<Answer> {
  if (method === "GET") {
    return page(searchParams, sets);
  }
  const wish = (body === "" ? {} : JSON.parse(body)) as Partial<DoubleSet>;
  const known = id === undefined ? undefined : sets.get(id);
  if (method === "POST") {
    const others = [...sets.values()].filter((one) => one.name === wish.name);
    if (others.some((one) => one.type === wish.type)) {
      return refusal(409, "duplicate_recordset", "Duplicate RecordSet");
    }
    if (others.some((one) => one.type === "CNAME") || (wish.type === "CNAME" && others.length > 0)) {
      return refusal(
        400,
        "invalid_recordset_location",
        "CNAME recordsets may not be created at the zone apex or beside others",
      );
    }
    const set = { ...wish, id: randomUUID(), created_at: new Date().toISOString().replace("Z", "000") } as DoubleSet;
    sets.set(set.id, set);
    return { status: 202, body: { ...set, status: "PENDING", action: "CREATE" } };
  }
  if (known === undefined) {
    return refusal(404, "recordset_not_found", "Could not find RecordSet");
  }
  if (method === "DELETE") {
    sets.delete(known.id);
    return { status: 202, body: { ...known, status: "PENDING", action: "DELETE" } };
  }
  // It reads the set, then writes it whole: what was written in between is lost, as with the real one.
  await pause(1);
  sets.set(known.id, { ...known, ...wish });
  return { status: 202, body: { ...known, ...wish, status: "PENDING", action: "UPDATE" } };
}

function page(searchParams: URLSearchParams, sets: ReadonlyMap<string, DoubleSet>): Answer {
  const pattern = (searchParams.get("name") ?? "*")
    .split("*")
    .map((part) => part.replaceAll(/[.\\+?^${}()|[\]]/g, String.raw`\$&`));
  const fitting = [...sets.values()].filter((one) => new RegExp(`^${pattern.join(".*")}$`).test(one.name));
  const after = fitting.findIndex((one) => one.id === searchParams.get("marker")) + 1;
  const recordsets = fitting.slice(after, after + 2);
  const last = recordsets.at(-1);
  searchParams.set("marker", last?.id ?? "");
  // Services behind a proxy often call themselves by an address that leads nowhere.
  const links =
    after + 2 < fitting.length ? { next: `http://127.0.0.1:1/v2/zones/x/recordsets?${searchParams.toString()}` } : {};
  return { status: 200, body: { recordsets, links, metadata: { total_count: fitting.length } } };
}

function refusal(code: number, type: string, message: string): Answer {
  return { status: code, body: { code, type, message, request_id: `req-${randomUUID()}` } };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}
