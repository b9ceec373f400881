import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { openTls } from "./open-connection.ts";

/** What a TLS client sees of a server that does this with each connection. */
async function brokenBy(serve: (socket: Socket) => void): Promise<string | undefined> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    serve(socket);
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const { signal } = new AbortController();
  const connection = await openTls({ address: "127.0.0.1", port, servername: "db.example.org" }, signal);
  connection.close();
  return connection.broken();
}

it("is broken where the connection ends before a byte came back, as Envoy ends one whose name nobody has", async () => {
  expect(await brokenBy((socket) => socket.resetAndDestroy())).toBe("connection reset before the TLS handshake");
  expect(await brokenBy((socket) => socket.destroy())).not.toBeUndefined();
});

it("is not where an application has answered, even by something else than TLS", async () => {
  expect(await brokenBy((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))).toBeUndefined();
});
