import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * A port of loopback that nobody has now, TCP and UDP. It is below those that Linux hands out by itself (32768 on,
 * ip_local_port_range in https://docs.kernel.org/networking/ip-sysctl.html), so that no connection and no other test's
 * server gets it while a program starts, or starts again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) {
      return port;
    }
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  const socket = createSocket("udp4").bind(port, "127.0.0.1");
  const both = [server, socket] as const;
  const bound = await Promise.allSettled(both.map(async (one) => once(one, "listening")));
  await Promise.all(
    both.map(async (one, index) => {
      if (bound[index]?.status === "fulfilled") {
        one.close();
        await once(one, "close");
      }
    }),
  );
  return bound.every(({ status }) => status === "fulfilled");
}
