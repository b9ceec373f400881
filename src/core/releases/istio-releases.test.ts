import { describe, expect, it } from "vitest";
import {
  compareMinor,
  effectiveRelease,
  istioReleases,
  minorOf,
  refusesKubernetes,
  releaseOf,
} from "./istio-releases.ts";

describe("the table of Istio's releases", () => {
  it("goes without a gap from 1.12 to the newest, each Kubernetes range no older than the one before", () => {
    const minors = istioReleases.map((one) => Number(one.minor.split(".")[1]));
    expect(minors).toEqual(Array.from({ length: minors.length }, (_, index) => 12 + index));
    for (const [index, release] of istioReleases.entries()) {
      const before = istioReleases[index - 1];
      expect(compareMinor(release.kubernetes.oldest, release.kubernetes.newest)).toBeLessThan(0);
      expect(compareMinor(release.minimumKubernetes, release.kubernetes.oldest)).toBeLessThanOrEqual(0);
      if (before !== undefined) {
        expect(compareMinor(before.kubernetes.oldest, release.kubernetes.oldest)).toBeLessThanOrEqual(0);
        expect(compareMinor(before.kubernetes.newest, release.kubernetes.newest)).toBeLessThanOrEqual(0);
      }
    }
  });

  it("has the in-cluster operator until 1.23 and charts in every release", () => {
    const withOperator = istioReleases.filter((one) => one.installs.has("operator")).map((one) => one.minor);
    expect(withOperator.at(-1)).toBe("1.23");
    expect(istioReleases.every((one) => one.installs.has("helm") && one.installs.has("istioctl"))).toBe(true);
  });

  it("reads the release from a version, and treats a newer one like the newest", () => {
    expect(releaseOf("1.12.0")?.minor).toBe("1.12");
    expect(releaseOf("1.99.0")).toBeUndefined();
    expect(effectiveRelease("1.99.0")).toBe(istioReleases.at(-1));
    expect(() => effectiveRelease("1.11.0")).toThrow("older than every release");
    expect(minorOf("v1.36.3+rke2r1")).toBe("1.36");
  });

  it.each([
    ["1.31.0", "1.36", undefined],
    ["1.31.0", "1.31", "it asks for Kubernetes 1.32 at least"],
    ["1.12.0", "1.20", undefined],
    ["1.12.0", "1.24", undefined],
    ["1.12.0", "1.25", "it uses API versions that Kubernetes 1.25 took away"],
    ["1.15.0", "1.25", undefined],
  ])("says of Istio %s on Kubernetes %s: %s", (istio, kubernetes, why) => {
    expect(refusesKubernetes(effectiveRelease(istio), kubernetes)).toBe(why);
  });
});
