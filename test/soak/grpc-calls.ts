import type { ClientHttp2Session } from "node:http2";
import { connect } from "node:http2";

/**
 * Answers every unary call of gRPC with an empty message and status 0, calls
 * of /Stream with a message each 100 ms for three seconds before that, and
 * anything else as the example does.
 */
const server = `require("node:http2").createServer().on("stream", (stream, headers) => {
  stream.on("error", () => {});
  if (!String(headers["content-type"]).startsWith("application/grpc")) {
    stream.respond({ ":status": 200 });
    return stream.end("ok");
  }
  const message = Buffer.from([0, 0, 0, 0, 0]);
  stream.resume().on("end", () => {
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    if (!headers[":path"].endsWith("/Stream")) return stream.end(message);
    let left = 30;
    const timer = setInterval(() => {
      left -= 1;
      if (left > 0 && !stream.destroyed) return stream.write(message);
      clearInterval(timer);
      stream.end(message);
    }, 100);
  });
}).listen(5000);`;

/** The example's manifests as a service of gRPC of this name, with two pods of each version. */
export function grpcManifests(example: string, name: string): string {
  const command = ["/opt/node/loader", "--library-path", "/opt/node", "/opt/node/node", "-e", server];
  return example
    .replaceAll(/(?<!examples-)helloworld/g, name)
    .replaceAll("cpu: 100m", "cpu: 10m")
    .replaceAll("replicas: 1", "replicas: 2")
    .replace("name: http,", "name: grpc,")
    .replaceAll("httpGet: { path: /health, port: 5000 }", "tcpSocket: { port: 5000 }")
    .replaceAll(/ {10}env: /g, `          command: ${JSON.stringify(command)}\n          env: `);
}

/** What every route of such a service matches. */
export const grpcPrefix = "/hello.Greeter/";

/** How one call ended: "0" where it was answered, and else its status, its reset or what broke. A stream with fewer messages than it has counts as cut. */
export async function grpcCall(
  session: ClientHttp2Session,
  authority: string,
  method: "SayHello" | "Stream",
): Promise<string> {
  return new Promise((resolve) => {
    const stream = session.request({
      ":method": "POST",
      ":path": `${grpcPrefix}${method}`,
      ":authority": authority,
      "content-type": "application/grpc",
      te: "trailers",
    });
    let [status, bytes]: [string | undefined, number] = [undefined, 0];
    const heard = (headers: Readonly<Record<string, unknown>>): void => {
      status = headers["grpc-status"] === undefined ? status : String(headers["grpc-status"]);
    };
    stream.on("response", heard).on("trailers", heard);
    stream.setTimeout(15_000, () => stream.close(8));
    stream.once("error", () => {});
    stream.on("data", (data: Buffer) => (bytes += data.length));
    // A stream that was cut ends without an error: only its reset code tells.
    stream.once("close", () => {
      const whole = status !== "0" || bytes === (method === "Stream" ? 150 : 5);
      resolve(stream.rstCode !== 0 ? `reset ${stream.rstCode}` : whole ? (status ?? "no status") : `cut at ${bytes}`);
    });
    stream.end(Buffer.from([0, 0, 0, 0, 0]));
  });
}

/** What a stream that the other side has not begun with ends with. */
const refused = "reset 7";

/**
 * Asks once more what a gateway has refused: it had said that its connection
 * ends, and the request crossed that. Every client may repeat it on another
 * connection (RFC 9113, 8.7), and those of gRPC do so unseen.
 */
export async function unlessRefused(ask: () => Promise<string>): Promise<string> {
  const first = await ask();
  return first === refused ? ask() : first;
}

/** One connection of HTTP/2 at a time, and the next one as soon as the gateway says that it ends this one, as clients of gRPC do. */
export class Sessions {
  readonly #address: string;
  #current: ClientHttp2Session | undefined;

  constructor(address: string) {
    this.#address = address;
  }

  /** The connection for the next request. */
  get current(): ClientHttp2Session {
    return (this.#current ??= this.#open());
  }

  close(): void {
    this.#current?.close();
  }

  #open(): ClientHttp2Session {
    const session = connect(`http://${this.#address}`);
    const leave = (): void => {
      this.#current = this.#current === session ? undefined : this.#current;
    };
    session
      .once("goaway", () => {
        leave();
        // What is open on it ends by itself.
        session.close();
      })
      .once("close", leave)
      .on("error", leave);
    return session;
  }
}
