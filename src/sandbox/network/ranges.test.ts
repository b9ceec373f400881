import { describe, expect, it } from "vitest";
import {
  apiServiceAddress,
  dnsAddress,
  formatAddress,
  maxClusters,
  maxInstances,
  nodePodRange,
  parseRange,
  planRanges,
  podRange,
  rangesOverlap,
  serviceRange,
} from "./ranges.ts";

describe("planRanges", () => {
  it("gives the first sandbox 172.30.0.0/20 with nodes from .11 and a load balancer range for each cluster", () => {
    expect(planRanges(0, 2)).toEqual({
      index: 0,
      block: "172.30.0.0/20",
      nodeRange: "172.30.0.0/24",
      hostAddress: "172.30.0.1",
      rancherAddress: "172.30.0.10",
      frontDoorAddress: "172.30.0.9",
      clusters: [
        { nodeAddress: "172.30.0.11", loadBalancerRange: "172.30.1.0/24", podRange: "10.42.0.0/16", flat: false },
        { nodeAddress: "172.30.0.12", loadBalancerRange: "172.30.2.0/24", podRange: "10.42.0.0/16", flat: false },
      ],
    });
  });

  it("gives flat clusters ranges of pods that nothing else has", () => {
    const flat = new Set([0, 1, maxClusters - 1]);
    const { clusters } = planRanges(3, maxClusters, flat);
    expect(clusters.map((one) => one.flat)).toEqual(clusters.map((_, position) => flat.has(position)));
    const ranges = [podRange, serviceRange, ...clusters.filter((one) => one.flat).map((one) => one.podRange)];
    for (const one of ranges) {
      expect(ranges.filter((other) => rangesOverlap(one, other))).toEqual([one]);
    }
    expect(clusters[2]?.podRange).toBe(podRange);
    expect(nodePodRange(clusters[1]?.podRange ?? "")).toBe("10.45.0.0/24");
  });

  it("keeps everything of a sandbox inside its block, and blocks apart", () => {
    const all = Array.from({ length: maxInstances }, (_, index) => planRanges(index, maxClusters));
    for (const one of all) {
      const block = parseRange(one.block);
      for (const range of [one.nodeRange, ...one.clusters.map((cluster) => cluster.loadBalancerRange)]) {
        const inner = parseRange(range);
        expect(inner.first >= block.first && inner.last <= block.last).toBe(true);
      }
      expect(all.filter((other) => rangesOverlap(one.block, other.block))).toEqual([one]);
    }
  });

  it.each([
    [16, 1],
    [-1, 1],
    [0, 0],
    [0, 16],
  ])("refuses sandbox %i with %i clusters", (index, clusters) => {
    expect(() => planRanges(index, clusters)).toThrow(RangeError);
  });
});

describe("rangesOverlap", () => {
  it.each([
    ["172.30.0.0/20", "172.30.16.0/20", false],
    ["172.30.0.0/20", "172.16.0.0/12", true],
    ["172.30.0.0/20", "172.30.3.7", true],
    ["172.30.16.0/20", "172.30.15.255", false],
    ["0.0.0.0/0", "172.30.0.0/20", true],
  ])("%s and %s: %s", (left, right, expected) => {
    expect(rangesOverlap(left, right)).toBe(expected);
    expect(rangesOverlap(right, left)).toBe(expected);
  });
});

describe("fixed addresses", () => {
  it("has the API server at the first service address and DNS inside the service range", () => {
    expect(apiServiceAddress).toBe(formatAddress(parseRange(serviceRange).first + 1));
    expect(rangesOverlap(serviceRange, dnsAddress)).toBe(true);
  });

  it("formats what it parses", () => {
    expect(formatAddress(parseRange("172.30.17.254").first)).toBe("172.30.17.254");
  });
});
