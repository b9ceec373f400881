import { describe, expect, it } from "vitest";
import { clusterId, projectName, spell } from "./rancher-names.ts";

describe("names as Rancher makes them", () => {
  it("follow from the sandbox and the cluster, and differ between sandboxes", () => {
    expect(clusterId("default", "west")).toMatch(/^c-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(clusterId("default", "west")).toBe(clusterId("default", "west"));
    const ids = ["west", "east"].flatMap((name) => [clusterId("default", name), clusterId("try", name)]);
    expect(new Set(ids).size).toBe(4);
    expect(projectName("c-1", "System")).not.toBe(projectName("c-2", "System"));
  });

  it("spell every byte with a letter of the alphabet", () => {
    const all = spell(Uint8Array.from({ length: 256 }, (_, byte) => byte));
    expect(all).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{256}$/);
  });
});
