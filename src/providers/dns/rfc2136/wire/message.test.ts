import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeMessage, encodeMessage } from "./message.ts";
import { decodeName, encodeName } from "./names.ts";
import { WireError } from "./wire-error.ts";

const label = fc.stringMatching(/^[a-z0-9_*]([a-z0-9-]{0,10}[a-z0-9])?$/);
const name = fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join("."));
const record = fc.record({
  name,
  type: fc.nat(0xffff),
  class: fc.constantFrom(1, 254, 255),
  ttl: fc.nat(0x7fffffff),
  rdata: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});
const section = fc.array(record, { maxLength: 8 });
const message = fc.record({
  id: fc.nat(0xffff),
  opcode: fc.constantFrom(0, 5),
  questions: fc.array(fc.record({ name, type: fc.nat(0xffff), class: fc.constant(1) }), { maxLength: 2 }),
  answers: section,
  authority: section,
  additional: section,
});

it("reads what it writes, with names that point to earlier ones", () => {
  fc.assert(
    fc.property(message, (one) => {
      const read = decodeMessage(encodeMessage(one));
      expect(read).toMatchObject({ id: one.id, opcode: one.opcode, questions: one.questions });
      for (const part of ["answers", "authority", "additional"] as const) {
        expect(read[part].map(({ start: _start, dataStart: _dataStart, ...rest }) => rest)).toEqual(one[part]);
      }
    }),
  );
});

it("writes a name once", () => {
  const one = { type: 1, class: 1, ttl: 0, rdata: Buffer.alloc(0) };
  const answers = [
    { ...one, name: "app.example.test" },
    { ...one, name: "west._isthmus.app.example.test" },
    { ...one, name: "APP.example.test" },
  ];
  const bytes = encodeMessage({ id: 1, opcode: 0, questions: [], answers, authority: [], additional: [] });
  expect(bytes.toString("latin1").split("example")).toHaveLength(2);
  expect(decodeMessage(bytes).answers.map((record) => record.name)).toEqual([
    "app.example.test",
    "west._isthmus.app.example.test",
    "app.example.test",
  ]);
});

it("takes whatever bytes as a message or as none, without another end", () => {
  fc.assert(
    fc.property(message, fc.nat(), fc.nat(255), (one, at, byte) => {
      const bytes = encodeMessage(one);
      bytes[at % bytes.length] = byte;
      const cut = bytes.subarray(0, (at % bytes.length) + 1);
      for (const text of [bytes, cut]) {
        try {
          decodeMessage(text);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }
    }),
  );
});

it.each([
  ["points to itself", Buffer.from([0xc0, 0x00])],
  ["points forward", Buffer.from([0xc0, 0x02, 0x00])],
  ["has a label that does not end", Buffer.from([5, 97])],
  ["does not end", Buffer.from([1, 97])],
])("refuses a name that %s", (_what, bytes) => {
  expect(() => decodeName(bytes, 0)).toThrow(WireError);
});

it.each([
  ["a label of 64 bytes", `${"a".repeat(64)}.test`],
  ["256 bytes", `${"abcdefg.".repeat(32)}test`],
  ["an empty label", "a..test"],
])("does not write a name with %s", (_what, text) => {
  expect(() => encodeName(text)).toThrow(WireError);
});

it("keeps a dot inside of a label, and bytes that cannot be printed", () => {
  const text = "a\\.b.\\009\\255.test";
  expect(encodeName(text).toString("hex")).toBe("03612e620209ff047465737400");
  expect(decodeName(encodeName(text), 0).name).toBe(text);
});

it("refuses a message that DNS cannot carry", () => {
  const rdata = Buffer.alloc(60_000);
  const big = { name: "a.test", type: 16, class: 1, ttl: 0, rdata };
  const parts = { id: 1, opcode: 0, questions: [], answers: [big, big], authority: [], additional: [] };
  expect(() => encodeMessage(parts)).toThrow(/120\d\d\d bytes, and DNS takes 65535/);
});
