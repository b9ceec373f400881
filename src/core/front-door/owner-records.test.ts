import { expect, it } from "vitest";
import { claimValues, indexName, ownerName, ownerValue, readClaim, readOwner } from "./owner-records.ts";

const claim = { mesh: "shop", cluster: "west", addresses: ["192.0.2.1", "2001:db8::1"] };

it("are below the name, the cluster's label first, with a word for the asterisk", () => {
  expect(indexName("app.example.test")).toBe("_isthmus.app.example.test");
  expect(ownerName("west", "app.example.test")).toBe("west._isthmus.app.example.test");
  expect(ownerName("west", "*.app.example.test")).toBe("west._isthmus._any.app.example.test");
});

it("are read as they are written, and hold no capitals, by which servers do not tell values apart", () => {
  const [value = "", ...more] = claimValues(claim);
  expect(more).toEqual([]);
  expect(readClaim(value)).toEqual(claim);
  expect(readOwner(ownerValue(claim))).toEqual({ mesh: "shop", cluster: "west" });
  expect(value).toBe(value.toLowerCase());
});

it("are several where the addresses do not fit into what providers take for one string", () => {
  const addresses = Array.from({ length: 100 }, (_, index) => `2001:db8:1234:5678:9abc:def0:1234:${index + 1000}`);
  const values = claimValues({ ...claim, addresses });
  expect(values.length).toBeGreaterThan(10);
  expect(Math.max(...values.map((one) => one.length))).toBeLessThanOrEqual(255);
  expect(values.flatMap((value) => readClaim(value)?.addresses ?? [])).toEqual(addresses);
});

it.each(['"heritage=external-dns,external-dns/owner=west"', '"heritage=isthmus"', '"v=spf1 -all"', '""'])(
  "are not what others write: %s",
  (value) => {
    expect(readClaim(value)).toBeUndefined();
    expect(readOwner(value)).toBeUndefined();
  },
);
