import fc from "fast-check";
import { expect, it } from "vitest";
import { txtOfStrings, txtStrings, txtText, txtValue } from "./txt-value.ts";

it("is quoted text, as in a zone file", () => {
  expect(txtValue("heritage=isthmus")).toBe('"heritage=isthmus"');
  expect(txtValue('say "a\\b"')).toBe('"say \\"a\\\\b\\""');
  expect(txtValue("ä")).toBe('"\\195\\164"');
  expect(txtValue("")).toBe('""');
});

it("gives its text back, whatever it is", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0xffff), { maxLength: 300 }), (codes) => {
      const text = String.fromCharCode(...codes);
      expect(txtText(txtValue(text))).toBe(Buffer.from(text, "utf8").toString("utf8"));
    }),
  );
});

it("has strings of 255 bytes at most, and keeps those of others as they are", () => {
  expect(txtStrings(txtValue("a".repeat(600))).map((one) => one.length)).toEqual([255, 255, 90]);
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 255 }), { minLength: 1, maxLength: 4 }), (strings) => {
      const read = txtStrings(txtOfStrings(strings)).map((one) => [...one]);
      expect(read).toEqual(strings.map((one) => [...one]));
    }),
  );
});

it("reads words without quotes too", () => {
  expect(txtStrings('v=spf1 "-all"').map(String)).toEqual(["v=spf1", "-all"]);
});
