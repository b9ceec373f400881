import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import type { DnsZone } from "../dns-provider.ts";
import { rfc2136Zone, type Rfc2136Settings } from "./rfc2136-zone.ts";

const key = { name: "isthmus", algorithm: "hmac-sha256", secret: Buffer.from("a secret of the test") } as const;
const add = {
  prerequisites: [],
  deletes: [],
  adds: [{ name: "app.example.test", type: "A", value: "192.0.2.1", ttlSeconds: 60 }],
} as const;

let server: Server | undefined;
const sockets = new Set<Socket>();

afterEach(async () => {
  sockets.forEach((one) => one.destroy());
  sockets.clear();
  if (server !== undefined) {
    server.close();
    await once(server, "close");
    server = undefined;
  }
});

/** A server that does this with what it is sent: a whole message, without the length before it. */
async function serverThat(answer: (request: Buffer, socket: Socket) => void): Promise<number> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (data: Buffer) => answer(data.subarray(2, 2 + data.readUInt16BE(0)), socket));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** The header and the question of the request as an answer, with that code and no signature. */
function plainAnswer(request: Buffer, rcode: number): Buffer {
  const answer = Buffer.from(request.subarray(0, request.indexOf(0, 12) + 5));
  answer.writeUInt16BE(0x8400 | (request.readUInt16BE(2) & 0x7800) | rcode, 2);
  answer.fill(0, 6, 12);
  return answer;
}

function sent(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

function zoneAt(port: number, change: Partial<Rfc2136Settings> = {}): DnsZone {
  return rfc2136Zone({ zone: "example.test", server: "127.0.0.1", port, answerMs: 60_000, key, ...change });
}

function withoutKey(port: number): DnsZone {
  return rfc2136Zone({ zone: "example.test", server: "127.0.0.1", port, answerMs: 60_000 });
}

async function refusalOf(run: Promise<unknown>): Promise<string> {
  const error = await run.then(
    () => new Error("nothing was refused"),
    (error: unknown) => error,
  );
  const first = error instanceof UserError ? error.diagnostics[0] : undefined;
  return first === undefined
    ? String(error)
    : `${first.code} ${first.detail.replaceAll(/127\.0\.0\.1:\d+/g, "SERVER")}`;
}

const signal = new AbortController().signal;
const unknown = " Whether the change was done is not known.";

describe("a server that fails", () => {
  it.each<readonly [what: string, answer: (request: Buffer, socket: Socket) => void, detail: string]>([
    [
      "is silent",
      () => undefined,
      `ISM631 SERVER took the connection and gave no whole answer within 0.3 s.${unknown}`,
    ],
    [
      "sends half of an answer and stops",
      (request, socket) => socket.write(sent(plainAnswer(request, 0)).subarray(0, 20)),
      `ISM631 SERVER took the connection and gave no whole answer within 0.3 s, it stopped after 20 bytes of an answer.${unknown}`,
    ],
    [
      "sends a byte now and then",
      (_request, socket) => {
        const timer = setInterval(() => socket.write(Buffer.from([0])), 50);
        socket.on("close", () => clearInterval(timer));
      },
      // 0 bytes are the length of an empty message.
      `ISM631 What SERVER answers cannot be used: the answer is no DNS message: it has 0 bytes, less than a header.${unknown}`,
    ],
    [
      "is ended in the middle of an answer",
      (request, socket) => socket.end(sent(plainAnswer(request, 0)).subarray(0, 20)),
      `ISM631 SERVER closed the connection after 20 bytes of an answer.${unknown}`,
    ],
    [
      "is ended before it answers",
      (_request, socket) => socket.destroy(),
      `ISM631 SERVER closed the connection before it answered.${unknown}`,
    ],
    [
      "resets the connection",
      (_request, socket) => socket.resetAndDestroy(),
      `ISM631 SERVER closed the connection before it answered.${unknown}`,
    ],
    [
      "answers something else",
      (_request, socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n".repeat(800)),
      `ISM631 What SERVER answers cannot be used: the answer is no DNS message: a name does not end.${unknown}`,
    ],
    [
      "answers another request",
      (request, socket) => {
        const answer = plainAnswer(request, 0);
        answer.writeUInt16BE((request.readUInt16BE(0) + 1) % 0x10000, 0);
        socket.write(sent(answer));
      },
      `ISM631 What SERVER answers cannot be used: the answer is to something that was not asked.${unknown}`,
    ],
    [
      "says that all is well without a signature",
      (request, socket) => socket.write(sent(plainAnswer(request, 0))),
      `ISM631 What SERVER answers cannot be used: it says NOERROR without a signature.${unknown}`,
    ],
    [
      "says that a prerequisite does not hold without a signature",
      (request, socket) => socket.write(sent(plainAnswer(request, 8))),
      `ISM631 What SERVER answers cannot be used: it says NXRRSET without a signature.${unknown}`,
    ],
    [
      "signs with another secret",
      (request, socket) => {
        // What was asked with its own signature, as an answer.
        const answer = Buffer.from(request);
        answer.writeUInt16BE(0xa800, 2);
        socket.write(sent(answer));
      },
      `ISM631 What SERVER answers cannot be used: its signature is not one of the key.${unknown}`,
    ],
  ])("%s: says so, and that the change may have been done", async (_what, answer, detail) => {
    const answerMs = detail.includes("within 0.3 s") ? 300 : 60_000;
    const port = await serverThat(answer);
    expect(await refusalOf(zoneAt(port, { answerMs }).update(add, signal))).toBe(detail);
  });

  it("hangs up once is asked again, and twice is believed; a change is sent once", async () => {
    let asked = 0;
    let hangsUp = 1;
    const port = await serverThat((request, socket) => {
      asked += 1;
      hangsUp -= 1;
      if (hangsUp < 0) {
        socket.write(sent(soaAnswer(request)));
      } else {
        socket.destroy();
      }
    });
    expect(await withoutKey(port).probe(signal)).toMatchObject({ primary: expect.any(String) as unknown });
    expect(asked).toBe(2);
    hangsUp = 2;
    expect(await refusalOf(withoutKey(port).probe(signal))).toMatch(/^ISM631 SERVER closed the connection before/);
    expect(asked).toBe(4);
    hangsUp = 1;
    expect(await refusalOf(withoutKey(port).update(add, signal))).toMatch(/^ISM631 .* is not known\.$/);
    expect(asked).toBe(5);
  });

  it("does not listen: says so, and that nothing was sent", async () => {
    const port = await serverThat(() => undefined);
    server?.close();
    await once(server as Server, "close");
    server = undefined;
    expect(await refusalOf(zoneAt(port).update(add, signal))).toBe(
      "ISM630 SERVER cannot be reached by TCP: nothing listens there.",
    );
    expect(await refusalOf(zoneAt(port, { server: "no-such-host.invalid" }).probe(signal))).toMatch(
      /^ISM630 no-such-host\.invalid:\d+ cannot be reached by TCP: (no such host|the name cannot be resolved now)\.$/,
    );
  });

  it("is left at once when the signal says so", async () => {
    const port = await serverThat(() => undefined);
    const end = new AbortController();
    const zone = zoneAt(port);
    const update = zone.update(add, end.signal);
    setTimeout(() => end.abort(new Error("enough")), 20);
    await expect(update).rejects.toThrow("enough");
    await expect(zone.probe(end.signal)).rejects.toThrow("enough");
  });
});

describe("a server that is not the zone's", () => {
  it("takes no updates", async () => {
    const port = await serverThat((request, socket) => {
      const isUpdate = (request.readUInt16BE(2) & 0x7800) === 0x2800;
      const answer = isUpdate ? plainAnswer(request, 4) : soaAnswer(request);
      socket.write(sent(answer));
    });
    expect(await refusalOf(withoutKey(port).update(add, signal))).toBe(
      "ISM633 SERVER answers NOTIMP: it takes no changes by DNS (RFC 2136).",
    );
  });

  it("knows the zone from others, as resolvers do", async () => {
    const port = await serverThat((request, socket) => {
      const answer = soaAnswer(request);
      answer.writeUInt16BE(0x8180, 2);
      socket.write(sent(answer));
    });
    expect(await refusalOf(withoutKey(port).probe(signal))).toBe(
      "ISM634 SERVER answers for example.test, and it is not the zone's own server, but knows the answer from others, as a resolver does.",
    );
  });
});

/** The question with an SOA record whose names are the zone's. */
function soaAnswer(request: Buffer): Buffer {
  const question = plainAnswer(request, 0);
  const record = Buffer.from("c00c00060001000000000018c00cc00c0000002a0000000100000001000000010000000a", "hex");
  const answer = Buffer.concat([question, record]);
  answer.writeUInt16BE(1, 6);
  return answer;
}
