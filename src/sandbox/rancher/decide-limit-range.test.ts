import { describe, expect, it } from "vitest";
import { decideLimitRange } from "./decide-limit-range.ts";

const nothing = { requested: undefined, projectDefault: undefined, existing: undefined };

describe("decideLimitRange", () => {
  it("deletes one with Rancher's label that neither project nor namespace asks for, whoever made it", () => {
    expect(decideLimitRange({ ...nothing, existing: [{ type: "Container" }] })).toEqual({ action: "delete" });
    expect(decideLimitRange(nothing)).toEqual({ action: "none" });
  });

  it("takes the project's values where the namespace has none of its own", () => {
    const facts = {
      ...nothing,
      requested: { limitsCpu: "1" },
      projectDefault: { limitsCpu: "2", requestsMemory: "64Mi" },
    };
    expect(decideLimitRange(facts)).toEqual({
      action: "create",
      limits: { limitsCpu: "1", requestsMemory: "64Mi" },
      item: { type: "Container", default: { cpu: "1" }, defaultRequest: { memory: "64Mi" } },
    });
  });

  it("overwrites one that says something else", () => {
    const projectDefault = { limitsCpu: "250m" };
    const existing = [{ type: "Container", default: { cpu: "3" } }];
    expect(decideLimitRange({ ...nothing, projectDefault, existing })).toMatchObject({ action: "update" });
  });

  it("leaves alone what the API server made of it: a default limit is a default request too", () => {
    const projectDefault = { limitsCpu: "250m" };
    const existing = [{ type: "Container", default: { cpu: "250m" }, defaultRequest: { cpu: "250m" } }];
    expect(decideLimitRange({ ...nothing, projectDefault, existing })).toEqual({ action: "none" });
  });
});
