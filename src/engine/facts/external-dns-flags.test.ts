import { describe, expect, it } from "vitest";
import { expand, flagsOf } from "./external-dns-flags.ts";

const read = (
  words: readonly string[],
  values: Readonly<Record<string, string>> = {},
  unread: readonly string[] = [],
) => flagsOf(words, { values: new Map(Object.entries(values)), unread });

describe("the flags of an external-dns", () => {
  it("have the last value that is given, or all of them", () => {
    const flags = read(["--source=ingress", "--source", "crd", "--once"]);
    expect(flags.valueOf("source")).toBe("crd");
    expect(flags.valuesOf("source")).toEqual(["ingress", "crd"]);
    expect(flags.valueOf("once")).toBeUndefined();
    expect(flags.unread).toBeUndefined();
  });

  it("come from the environment where the command line has none", () => {
    const flags = read(["--policy=sync"], { EXTERNAL_DNS_POLICY: "upsert-only", EXTERNAL_DNS_DOMAIN_FILTER: "a\nb\n" });
    expect(flags.valueOf("policy")).toBe("sync");
    expect(flags.valuesOf("domain-filter")).toEqual(["a", "b"]);
  });

  it("are on where they are given without a value, on the command line or in the environment", () => {
    expect(read(["--once", "--policy=sync"], {}).isOn("once")).toBe(true);
    expect(read(["--once", "--no-once"], { EXTERNAL_DNS_ONCE: "true" }).isOn("once")).toBe(false);
    expect(read([], { EXTERNAL_DNS_ONCE: "true" }).isOn("once")).toBe(true);
    expect(read(["--policy=sync"], { EXTERNAL_DNS_ONCE: "false" }).isOn("once")).toBe(false);
  });

  it.each([
    ["a file", ["@/etc/flags"], [], "flags of the file /etc/flags"],
    ["a shell", ["/bin/bash", "-c", "x"], [], "flags that a shell puts together"],
    ["a whole Secret", [], ["all variables of Secret s"], "all variables of Secret s"],
    ["a variable of a flag", [], ["EXTERNAL_DNS_POLICY"], "EXTERNAL_DNS_POLICY"],
    ["a variable that an argument names", ["--txt-prefix=$(HIDDEN)"], ["HIDDEN"], "HIDDEN"],
    [
      "several",
      ["@f", "--policy=$(A)"],
      ["A", "EXTERNAL_DNS_REGISTRY"],
      "flags of the file f, EXTERNAL_DNS_REGISTRY, A",
    ],
  ])("are not known where they come out of %s", (_, words, unread, expected) => {
    expect(read(words, {}, unread).unread).toBe(expected);
  });

  it("are known where a variable that is not read does not matter", () => {
    expect(read(["--policy=sync"], {}, ["EXTERNAL_DNS_POLICY", "EXTERNAL_DNS_INTERVAL"]).unread).toBeUndefined();
  });
});

it("expands variables as the kubelet does", () => {
  expect(expand("$(A)-$(B)-$$(A)-$", new Map([["A", "a"]]))).toBe("a-$(B)-$(A)-$");
});
