import { describe, expect, it } from "vitest";
import {
  belongsToInstance,
  hardwareAddress,
  hostLink,
  innerLinks,
  nodeNamespace,
  nodePort,
  ownerMark,
  switchNamespace,
} from "./names.ts";
import { maxClusters, maxInstances } from "./ranges.ts";

describe("names of a sandbox's parts", () => {
  it("keeps every link's name within the kernel's 15 characters", () => {
    const links = [
      ...Array.from({ length: maxInstances }, (_, index) => hostLink(index)),
      ...Array.from({ length: maxClusters }, (_, position) => nodePort(position)),
      ...Object.values(innerLinks),
    ];
    expect(links.filter((name) => name.length > 15)).toEqual([]);
    expect(new Set(links).size).toBe(links.length);
  });

  it("tells sandboxes apart whose names and clusters would read the same with hyphens", () => {
    expect(nodeNamespace("a", "b-c")).not.toBe(nodeNamespace("a-b", "c"));
    expect(belongsToInstance(nodeNamespace("a-b", "c"), "a")).toBe(false);
    expect(belongsToInstance(switchNamespace("a-b"), "a")).toBe(false);
  });

  it("finds the namespaces of a sandbox by their names alone", () => {
    expect(belongsToInstance(nodeNamespace("try", "west"), "try")).toBe(true);
    expect(belongsToInstance(switchNamespace("try"), "try")).toBe(true);
  });

  it("gives a node the same hardware address whenever its link is made", () => {
    expect(hardwareAddress("172.30.16.11")).toBe("02:00:ac:1e:10:0b");
  });

  it("cuts the owner's mark to what the kernel stores", () => {
    expect(ownerMark("try", `/${"x".repeat(400)}`)).toHaveLength(255);
  });
});
