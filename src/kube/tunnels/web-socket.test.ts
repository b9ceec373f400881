import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { speakWebSocket } from "./web-socket.ts";

/** A connection of which the test is the other side. */
function connection() {
  const written: Buffer[] = [];
  const socket = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk);
      done();
    },
  });
  const heard: string[] = [];
  let ends = 0;
  const open = speakWebSocket(socket, {
    message: (message) => heard.push(message.toString("utf8")),
    closed: () => (ends += 1),
  });
  const settle = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    open,
    heard,
    written,
    ends: () => ends,
    /** Lets the other side say this, in parts of so many bytes. */
    say: async (bytes: Uint8Array, piece = bytes.length): Promise<void> => {
      for (let start = 0; start < bytes.length; start += piece) {
        socket.push(Buffer.from(bytes.subarray(start, start + piece)));
        await settle();
      }
    },
    hangUp: async (): Promise<void> => {
      socket.push(null);
      await settle();
    },
  };
}

/** A server's frame, which has no mask. */
function frame(text: string, first = 0x82): Buffer {
  const payload = Buffer.from(text, "utf8");
  const head =
    payload.length < 126
      ? Buffer.from([first, payload.length])
      : payload.length < 65_536
        ? Buffer.from([first, 126, payload.length >> 8, payload.length & 0xff])
        : Buffer.from([
            first,
            127,
            0,
            0,
            0,
            0,
            0,
            payload.length >> 16,
            (payload.length >> 8) & 0xff,
            payload.length & 0xff,
          ]);
  return Buffer.concat([head, payload]);
}

/** What a frame of a client says, without its mask. */
function unmasked(bytes: Buffer): { readonly opcode: number; readonly text: string } {
  const short = bytes.readUInt8(1) & 0x7f;
  const [start, size] =
    short === 126 ? [4, bytes.readUInt16BE(2)] : short === 127 ? [10, Number(bytes.readBigUInt64BE(2))] : [2, short];
  expect(bytes.readUInt8(1) & 0x80).toBe(0x80);
  expect(bytes).toHaveLength(start + 4 + size);
  const text = bytes.subarray(start + 4).map((byte, index) => byte ^ (bytes[start + (index % 4)] ?? 0));
  return { opcode: bytes.readUInt8(0), text: Buffer.from(text).toString("utf8") };
}

describe("a WebSocket", () => {
  it.each([0, 5, 125, 126, 70_000])("gives a message of %i bytes whole, however it comes", async (size) => {
    const { say, heard } = connection();
    const text = "x".repeat(size);
    await say(Buffer.concat([frame(text), frame("next")]), size > 1000 ? 4096 : 3);
    expect(heard).toEqual([text, "next"]);
  });

  it("puts the parts of a message together, also with a ping between them", async () => {
    const { say, heard, written } = connection();
    await say(Buffer.concat([frame("one ", 0x02), frame("there?", 0x89), frame("two ", 0x00), frame("three", 0x80)]));
    expect(heard).toEqual(["one two three"]);
    expect([unmasked(Buffer.concat(written))]).toEqual([{ opcode: 0x8a, text: "there?" }]);
  });

  it.each([3, 200, 70_000])("sends %i bytes as one masked frame", async (size) => {
    const { open, written } = connection();
    const text = "y".repeat(size);
    await new Promise((resolve) => open.send(Buffer.from(text, "utf8"), resolve));
    expect([unmasked(Buffer.concat(written))]).toEqual([{ opcode: 0x82, text }]);
  });

  it("ends once when the other side says so, and answers that", async () => {
    const { say, written, ends, hangUp } = connection();
    await say(frame("", 0x88));
    await hangUp();
    expect([unmasked(Buffer.concat(written))]).toEqual([{ opcode: 0x88, text: "" }]);
    expect(ends()).toBe(1);
  });

  it("ends when the connection breaks off within a message", async () => {
    const { say, heard, ends, hangUp } = connection();
    await say(frame("not all of it").subarray(0, 6));
    await hangUp();
    expect([heard, ends()]).toEqual([[], 1]);
  });

  it.each([
    ["a masked frame", [0x82, 0x81, 1, 2, 3, 4, 5]],
    ["an extension that was not asked for", [0xc2, 1, 65]],
    ["a message that no memory holds", [0x82, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ])("ends at %s", async (_, bytes) => {
    const { say, heard, ends } = connection();
    await say(Uint8Array.from(bytes));
    expect([heard, ends()]).toEqual([[], 1]);
  });
});
