import { createServer } from "node:http";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer as createTcpServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Diagnostic } from "../core/diagnostics/diagnostic.ts";
import { Secret } from "../core/secret.ts";
import { contextOf } from "./fake/fake-context.ts";
import type { ProxyOrigin } from "./kubeconfig/read-proxy.ts";
import { diagnoseRequest } from "./testing/diagnose-request.ts";

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => close()));
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  closing.push(async () => {
    sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** A proxy that answers every CONNECT with this status. */
async function startProxy(status: string): Promise<number> {
  const proxy = createServer();
  proxy.on("connect", (_incoming, socket: Socket) => socket.end(`HTTP/1.1 ${status}\r\n\r\n`));
  return listen(proxy);
}

/** A SOCKS5 proxy that lets nobody through: "connection not allowed by ruleset" (RFC 1928, 6). */
async function startSocks(): Promise<number> {
  return listen(
    createTcpServer((socket) => {
      socket.once("data", () => {
        socket.write(Buffer.from([5, 0]));
        socket.once("data", () => socket.end(Buffer.from([5, 2, 0, 1, 0, 0, 0, 0, 0, 0])));
      });
      socket.on("error", () => socket.destroy());
    }),
  );
}

const fromVariable: ProxyOrigin = { kind: "variable", name: "HTTPS_PROXY" };

async function diagnose(
  proxy: string,
  proxyFrom: ProxyOrigin = fromVariable,
): Promise<Diagnostic & { readonly exitCode: number }> {
  const context = { ...contextOf("https://kube.oslo.invalid:6443"), proxyUrl: new Secret(proxy), proxyFrom };
  return diagnoseRequest(context, { retryBudgetMs: 100 }, async (client, signal) => client.version({ signal }));
}

describe("a proxy before a cluster", () => {
  it("is named with who asked for it when nothing listens there, and the API server is not blamed", async () => {
    const told = await diagnose("http://me:hidden@127.0.0.1:9");
    expect(told).toMatchObject({ code: "ISM294", exitCode: 69, cluster: "oslo" });
    expect(told.detail).toMatch(
      /^The way to https:\/\/kube\.oslo\.invalid:6443 goes through the proxy http:\/\/127\.0\.0\.1:9, which HTTPS_PROXY names .*, and nothing listens there/,
    );
    expect(told.fix).toContain("NO_PROXY");
    expect(JSON.stringify(told)).not.toContain("hidden");
  });

  it("is named as the kubeconfig's where proxy-url asks for it", async () => {
    const told = await diagnose("http://127.0.0.1:9", { kind: "kubeconfig", file: "/k/config", entry: "oslo" });
    expect(told.detail).toContain('proxy-url of the cluster entry "oslo" in /k/config');
    expect(told.fix).toContain("proxy-url");
  });

  it.each([
    ["407 Proxy Authentication Required", "it wants a user and a password"],
    ["403 Forbidden", "it does not let the connection through, and answers 403"],
    ["502 Bad Gateway", "it does not reach the server, and answers 502"],
  ])("that answers %s is the one that is told of", async (status, words) => {
    const told = await diagnose(`http://127.0.0.1:${await startProxy(status)}`);
    expect(told.code).toBe("ISM294");
    expect(told.detail).toContain(words);
  });

  it("may be one for SOCKS5, down or unwilling", async () => {
    expect((await diagnose("socks5://127.0.0.1:9")).detail).toContain("nothing listens there");
    const told = await diagnose(`socks5://127.0.0.1:${await startSocks()}`);
    expect(told.code).toBe("ISM294");
    expect(told.detail).toContain("it does not let the connection through");
  });

  it("may have a name that nobody knows", async () => {
    const told = await diagnose("http://proxy.invalid:3128");
    expect(told.code).toBe("ISM294");
    expect(told.detail).toMatch(/DNS/);
  });
});
