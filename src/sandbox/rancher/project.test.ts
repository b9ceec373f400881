import { describe, expect, it } from "vitest";
import { backingNamespaceOf, readLimits } from "./project.ts";

describe("backingNamespaceOf", () => {
  it("is the project's name before Rancher 2.12, and has the cluster's before it since", () => {
    expect(backingNamespaceOf("c-1", "istio", [2, 11])).toBe("istio");
    expect(backingNamespaceOf("c-1", "istio", [2, 12])).toBe("c-1-istio");
  });

  it("is a namespace's name also for long ones, and differs where they do", () => {
    const [one, other] = ["a", "b"].map((end) => backingNamespaceOf("c-12345", `${"x".repeat(60)}${end}`, [2, 12]));
    expect(one?.length).toBeLessThanOrEqual(63);
    expect(one).not.toBe(other);
  });
});

describe("readLimits", () => {
  it("takes texts only, with extended ones beside the others, and none for nothing", () => {
    expect(readLimits({ pods: "1", services: "", extended: { "example.com/gpu": "2" } })).toEqual({
      pods: "1",
      "example.com/gpu": "2",
    });
    expect(readLimits({ pods: 5 })).toBeUndefined();
    expect(readLimits(undefined)).toBeUndefined();
  });
});
