import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createTcpServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { HealthQuestion } from "./ask-addresses.ts";
import { askFrom } from "./ask-addresses.ts";

const name = "app.example.test";
const ingress = createServer((incoming, outgoing) => {
  seen.push(`${incoming.method ?? ""} ${incoming.headers.host ?? ""}${incoming.url ?? ""}`);
  if (incoming.url !== "/slow") {
    outgoing.writeHead(incoming.url === "/none" ? 404 : 200, { "x-envoy-upstream-service-time": "1" }).end("hello");
  }
});
/** It takes connections and says nothing, so that the handshake of TLS hangs. */
const silent = createTcpServer(() => {});
let seen: string[] = [];
let port = 0;
let silentPort = 0;

beforeEach(async () => {
  seen = [];
  await new Promise<void>((resolve) => ingress.listen(0, "127.0.0.1", resolve));
  ({ port } = ingress.address() as AddressInfo);
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  silentPort = (silent.address() as AddressInfo).port;
});

afterEach(async () => {
  ingress.closeAllConnections();
  await new Promise((resolve) => ingress.close(resolve));
  silent.close();
});

function question(path: string, change: Partial<HealthQuestion> = {}): HealthQuestion {
  const request = { method: "GET", path, headers: {}, hosts: [name] };
  return { name, cluster: "west", address: "127.0.0.1", port, tls: false, request, ...change };
}

const patientMs = 60_000;
const never = new AbortController().signal;

async function ask(questions: readonly HealthQuestion[], timeoutMs = patientMs): Promise<unknown> {
  return askFrom(undefined, questions, timeoutMs, never);
}

it("asks an address for its name", async () => {
  expect(await ask([question("/hello")])).toEqual([{ name, from: undefined, answered: { "127.0.0.1": true } }]);
  expect(seen.toSorted()).toEqual([`GET ${name}/hello`, "GET isthmus-health.invalid/"]);
});

it("asks a wildcard for a name below it", async () => {
  await ask([question("/", { name: "*.example.test" })]);
  expect(seen).toContain("GET isthmus-verify.example.test/");
});

it("does not blame a gateway that answers itself for a pod that hangs", async () => {
  expect(await ask([question("/slow")], 2000)).toEqual([
    { name, from: undefined, answered: { "127.0.0.1": true }, waits: { "127.0.0.1": true } },
  ]);
});

it("takes silence, a refused connection and an unexpected status for no answer", async () => {
  const expecting = question("/none", {
    request: { method: "GET", path: "/none", headers: {}, hosts: [name], expect: [200] },
  });
  const all = [
    question("/", { port: silentPort }),
    question("/", { address: "127.0.0.2", name: "b.example.test" }),
    { ...expecting, name: "c.example.test" },
  ];
  expect(await ask(all, 300)).toEqual([
    { name, from: undefined, answered: { "127.0.0.1": false } },
    { name: "b.example.test", from: undefined, answered: { "127.0.0.2": false } },
    { name: "c.example.test", from: undefined, answered: { "127.0.0.1": false } },
  ]);
});

it("does not wait longer for a connection that never comes about", async () => {
  // Undici itself waits ten seconds for a connection.
  const isLate = setTimeout(9000, "late", { ref: false });
  const asked = ask([question("/", { tls: true, port: silentPort })], 300);
  expect(await Promise.race([asked, isLate])).toEqual([{ name, from: undefined, answered: { "127.0.0.1": false } }]);
});

it("takes any answer where no request is known that only the route takes", async () => {
  const { request: _, ...open } = question("/");
  expect(await ask([open])).toEqual([{ name, from: undefined, answered: { "127.0.0.1": true } }]);
});

it("asks as from another place what that place was made for", async () => {
  const vantage = { cluster: "east", endsAt: 0, close: async () => {}, originOf: () => `127.0.0.1:${port}` };
  const elsewhere = question("/hello", { address: "192.0.2.1" });
  expect(await askFrom(vantage, [elsewhere], patientMs, never)).toEqual([
    { name, from: "east", answered: { "192.0.2.1": true } },
  ]);
  expect(await askFrom({ ...vantage, originOf: () => undefined }, [elsewhere], patientMs, never)).toEqual([]);
});
