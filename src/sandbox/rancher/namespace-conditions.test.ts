import { describe, expect, it } from "vitest";
import { isConditionTrue, setCondition } from "./namespace-conditions.ts";

const at = new Date("2026-01-01T00:00:00Z");
const bad = { type: "ResourceQuotaValidated", value: false, message: "too much" };

describe("setCondition", () => {
  it("keeps the others, and has a message only where something is wrong", () => {
    const first = setCondition(undefined, { ...bad, type: "Other", value: true }, at);
    const second = setCondition(first, bad, at);
    expect(JSON.parse(second)).toMatchObject({
      Conditions: [
        { Type: "Other", Status: "True", Message: "" },
        {
          Type: "ResourceQuotaValidated",
          Status: "False",
          Message: "too much",
          LastUpdateTime: "2026-01-01T00:00:00Z",
        },
      ],
    });
    expect(isConditionTrue(second, "Other")).toBe(true);
    expect(isConditionTrue(second, "ResourceQuotaValidated")).toBe(false);
  });

  it("does not change what says so already, so that nothing is written again", () => {
    const text = setCondition(undefined, bad, at);
    expect(setCondition(text, bad, new Date("2026-02-02T00:00:00Z"))).toBe(text);
  });

  it("begins anew where the annotation is no JSON", () => {
    expect(isConditionTrue(setCondition("{", { ...bad, value: true }, at), bad.type)).toBe(true);
  });
});
