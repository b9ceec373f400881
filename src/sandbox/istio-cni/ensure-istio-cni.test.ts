import { describe, expect, it } from "vitest";
import { findEngineSource } from "../engine/engine-source.ts";
import { readPinnedFiles } from "../engine/engine-pins.ts";
import { computeIstioCniKey } from "./ensure-istio-cni.ts";

describe("the image of istio-cni", () => {
  const texts = readPinnedFiles(findEngineSource());

  it("is made anew with another release of Istio or other packages below it, and not for what it has no part in", () => {
    const key = computeIstioCniKey(texts);
    expect(key).toMatch(/^[0-9a-f]{16}$/);
    expect(computeIstioCniKey({ ...texts, "go.sum": `${texts["go.sum"]}\n` })).not.toBe(key);
    expect(computeIstioCniKey({ ...texts, "pins.json": texts["pins.json"].replace("1.31.0", "1.31.1") })).not.toBe(key);
    expect(computeIstioCniKey({ ...texts, "etcd/main.go": `${texts["etcd/main.go"]}\n` })).toBe(key);
  });
});
