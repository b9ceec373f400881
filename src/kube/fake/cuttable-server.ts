import type { RequestListener, Server } from "node:http";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";

/** PEM. `clientCa` asks for a client certificate of that authority. */
export interface FakeTls {
  readonly key: string;
  readonly cert: string;
  readonly clientCa?: string;
}

/** A server on a loopback port that can end like a process that is killed. */
export interface CuttableServer {
  readonly server: Server;
  /** On that port, or a free one. Gives the port. */
  listen(port?: number): Promise<number>;
  /** How many connections are open. */
  openConnections(): number;
  /** Cuts every connection that is open. */
  cut(): void;
  /** Listens no more, and cuts. */
  close(): Promise<void>;
}

/** HTTP, or with `tls` HTTPS. Does not listen yet. */
export function createCuttableServer(tls: FakeTls | undefined, listener: RequestListener): CuttableServer {
  const server = tls === undefined ? createServer(listener) : createTlsServer(tlsOptionsOf(tls), listener);
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    server,
    async listen(port = 0) {
      await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
      return (server.address() as AddressInfo).port;
    },
    openConnections: () => sockets.size,
    cut,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}

function tlsOptionsOf({ key, cert, clientCa }: FakeTls): object {
  return {
    key,
    cert,
    ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
  };
}
