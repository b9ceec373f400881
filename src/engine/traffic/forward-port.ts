import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import type { KubeClient, PodPort } from "../../kube/client.ts";

/** A port of this machine that leads to a port of a pod. */
export interface ForwardedPort {
  /** The beginning of a URL: `http://127.0.0.1:40123`. */
  readonly origin: string;
  /** Ends the port and every connection through it. */
  readonly close: () => Promise<void>;
}

/**
 * Opens a port on this machine's loopback address, each connection to which is
 * a tunnel of its own to the pod's port, as `kubectl port-forward` does. A
 * tunnel that cannot be opened ends its connection; `failure` has the reason of
 * the last one.
 */
export async function forwardPort(
  client: KubeClient,
  target: PodPort,
  signal: AbortSignal,
): Promise<ForwardedPort & { readonly failure: () => unknown }> {
  const sockets = new Set<Socket>();
  let failure: unknown;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    client.podForward(target, { signal }).then(
      (stream) => {
        stream.on("error", (error: unknown) => {
          failure = error;
          socket.destroy();
        });
        socket.on("close", () => stream.destroy());
        stream.on("close", () => socket.end());
        socket.pipe(stream).pipe(socket);
      },
      (error: unknown) => {
        failure = error;
        socket.destroy();
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    failure: () => failure,
    close: async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
