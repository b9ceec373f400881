import { expect, it } from "vitest";
import { dnsName, isInZone } from "./dns-records.ts";

it("reads names that people write in several ways as one", () => {
  expect(dnsName("Example.TEST.")).toBe("example.test");
});

it("takes a name for one of its zone by whole labels", () => {
  expect(
    ["example.test", "*.app.example.test", "otherexample.test", "test"].map((one) => isInZone(one, "example.test")),
  ).toEqual([true, true, false, false]);
});
