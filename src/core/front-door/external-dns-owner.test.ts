import { describe, expect, it } from "vitest";
import { externalDnsNames, externalDnsOwner, type OwnerRecordNaming } from "./external-dns-owner.ts";

// The names are those that external-dns 0.23.0 wrote into a BIND.
describe("the owner records of external-dns", () => {
  it.each<readonly [what: string, name: string, naming: OwnerRecordNaming, expected: string]>([
    ["the default", "w1.example.test", {}, "a-w1.example.test"],
    ["a wildcard", "*.w1.example.test", {}, "a-*.w1.example.test"],
    [
      "a wildcard that is written in another way",
      "*.w1.example.test",
      { wildcardReplacement: "any" },
      "aaaa-any.w1.example.test",
    ],
    ["a prefix", "w1.example.test", { prefix: "x-" }, "x-a-w1.example.test"],
    ["a prefix with the type", "w1.example.test", { prefix: "%{record_type}-p." }, "a-p.w1.example.test"],
    ["a wildcard of a flag that is empty", "*.w1.example.test", { wildcardReplacement: "" }, "a-*.w1.example.test"],
    ["a suffix", "w1.example.test", { suffix: "-s" }, "a-w1-s.example.test"],
    ["a label", "w1.example.test", { prefix: "_e." }, "_e.a-w1.example.test"],
    ["the zone's own name with the type as a label", "example.test", { prefix: "%{record_type}." }, "a.example.test"],
    ["the form of old releases", "w1.example.test", { prefix: "x-" }, "x-w1.example.test"],
  ])("has %s", (_what, name, naming, expected) => {
    expect(externalDnsNames(name, "example.test", [naming])).toContain(expected);
  });

  it("are asked for by the defaults too, and not outside of the zone", () => {
    expect(externalDnsNames("w1.example.test", "example.test", [{ prefix: "x-" }])).toContain("cname-w1.example.test");
    expect(externalDnsNames("example.test", "example.test")).toEqual(["example.test"]);
  });

  it.each([
    ['"heritage=external-dns,external-dns/owner=west,external-dns/resource=crd/a/b"', "west"],
    ['"\\"heritage=external-dns,external-dns/owner=west\\""', "west"],
    ['"heritage=external-dns"', "default"],
    ['"heritage=isthmus,mesh=a,cluster=b"', undefined],
    ['"v=spf1 -all"', undefined],
  ])("names its owner: %s", (value, owner) => {
    expect(externalDnsOwner(value)).toBe(owner);
  });
});
