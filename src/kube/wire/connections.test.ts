import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Secret } from "../../core/secret.ts";
import { createKubeClient } from "../connect-client.ts";
import { startFakeApiServer } from "../fake/fake-api-server.ts";
import { contextOf } from "../fake/fake-context.ts";
import { createFakeAuthority } from "../fake/issue-certificates.ts";

const { signal } = new AbortController();
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) {
    await close();
  }
});

/** A proxy that lets CONNECT through, and notes to where and with which password. */
async function startProxy(): Promise<{ readonly port: number; readonly seen: string[] }> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer();
  proxy.on("connect", (incoming: IncomingMessage, socket: Socket) => {
    seen.push(`${incoming.url} ${incoming.headers["proxy-authorization"] ?? "without password"}`);
    const [host = "", port = ""] = (incoming.url ?? "").split(":");
    const onward = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    for (const one of [socket, onward]) {
      sockets.add(one);
      one.on("error", () => one.destroy());
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  closing.push(async () => {
    sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => proxy.close(resolve));
  });
  return { port: (proxy.address() as AddressInfo).port, seen };
}

describe("connections", () => {
  it("go through the kubeconfig's proxy, requests and tunnels alike, and check the server's certificate all the same", async () => {
    const authority = await createFakeAuthority("kubernetes");
    const tls = await authority.issue({ commonName: "api", ip: "127.0.0.1" });
    const server = await startFakeApiServer({
      tls,
      podResponse: () => "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
    });
    const { port, seen } = await startProxy();
    const context = {
      ...contextOf(server.url, { ca: authority.certificate }),
      proxyUrl: new Secret(`http://me:pass@127.0.0.1:${port}`),
    };
    const client = createKubeClient({ cluster: "oslo", context });
    closing.unshift(async () => {
      await client.close();
      await server.close();
    });
    expect((await client.version({ signal })).major).toBe("1");
    const answer = await client.podHttpGet({ namespace: "demo", pod: "pod", port: 15000 }, "/", { signal });
    expect(answer).toEqual({ status: 200, body: "ok" });
    const basic = Buffer.from("me:pass").toString("base64");
    expect(new Set(seen)).toEqual(new Set([`${new URL(server.url).host} Basic ${basic}`]));
  });

  it("carry the user that the kubeconfig impersonates, group by group", async () => {
    const server = await startFakeApiServer();
    const impersonate = { user: "jane", groups: ["dev", "ops"], extra: { reason: ["drill"] } };
    const client = createKubeClient({
      cluster: "oslo",
      context: contextOf(server.url, { user: { impersonate } }),
    });
    closing.push(async () => {
      await client.close();
      await server.close();
    });
    await client.version({ signal });
    expect(server.requests[0]?.headers).toMatchObject({
      "impersonate-user": "jane",
      // Node puts the comma and the blank between two headers of one name.
      "impersonate-group": "dev, ops",
      "impersonate-extra-reason": "drill",
    });
  });
});
