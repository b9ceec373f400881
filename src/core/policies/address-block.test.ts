import { expect, it } from "vitest";
import { isAddress, isInBlock } from "./address-block.ts";

it.each([
  ["10.42.0.7", "10.42.0.0/16", true],
  ["10.43.0.7", "10.42.0.0/16", false],
  ["10.42.0.7", "0.0.0.0/0", true],
  ["10.42.0.7", "10.42.0.7/32", true],
  ["10.42.0.7", "10.42.0.7", true],
  ["10.42.0.255", "10.42.0.128/25", true],
  ["10.42.0.127", "10.42.0.128/25", false],
  ["fd00::7", "fd00::/8", true],
  ["fe80::1", "fd00::/8", false],
  ["2001:db8::1", "2001:db8:0:0:0:0:0:0/64", true],
  ["::ffff:10.0.0.1", "::ffff:a00:0/104", true],
  ["10.42.0.7", "fd00::/8", false],
  ["gateway.example", "0.0.0.0/0", false],
  ["10.42.0.300", "0.0.0.0/0", false],
])("%s in %s: %s", (address, block, inside) => {
  expect(isInBlock(address, block)).toBe(inside);
});

it("tells addresses from names", () => {
  expect(["10.0.0.1", "fd00::1", "::", "a.example", "", "1.2.3", "1::2::3"].filter(isAddress)).toEqual([
    "10.0.0.1",
    "fd00::1",
    "::",
  ]);
});
