import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { QuotaFacts } from "./decide-quota.ts";
import { decideQuota, sameQuantities } from "./decide-quota.ts";
import type { Limits, Project } from "./project.ts";

function project(namespaceDefault: Limits | undefined, quota?: Limits): Project {
  return { name: "p", system: false, quota, namespaceDefault, containerDefault: undefined, backingNamespace: "" };
}

const nothing: QuotaFacts = { requested: undefined, project: undefined, others: [], existing: undefined };

describe("decideQuota", () => {
  it("gives no quota without a default of the project, whatever is asked for, and takes one away", () => {
    const requested = { pods: "3" };
    expect(decideQuota({ ...nothing, requested })).toEqual({ action: "none" });
    expect(decideQuota({ ...nothing, requested, project: project(undefined) })).toEqual({ action: "none" });
    expect(decideQuota({ ...nothing, requested, existing: { pods: "3" } })).toEqual({ action: "delete" });
  });

  it("takes only those keys of what is asked for that the default has", () => {
    const facts = {
      ...nothing,
      requested: { pods: "3", secrets: "9" },
      project: project({ pods: "5", limitsCpu: "500m", "example.com/gpu": "1" }),
    };
    expect(decideQuota(facts)).toMatchObject({
      action: "create",
      limits: { pods: "3", limitsCpu: "500m", "example.com/gpu": "1" },
      hard: { pods: "3", "limits.cpu": "500m", "example.com/gpu": "1" },
      exceeded: [],
    });
  });

  it("leaves a quota alone that says the same in other words", () => {
    const facts = { ...nothing, project: project({ limitsCpu: "1" }), existing: { "limits.cpu": "1000m" } };
    expect(decideQuota(facts)).toEqual({ action: "none" });
  });

  it("zeroes in a new quota what the project has not enough of, and never changes an existing one to that", () => {
    const facts = {
      ...nothing,
      project: project({ pods: "5", services: "2" }, { pods: "10", services: "10" }),
      others: [{ pods: "4" }, { pods: "3" }],
    };
    expect(decideQuota(facts)).toMatchObject({
      action: "create",
      limits: { pods: "5", services: "2" },
      hard: { pods: "0", services: "2" },
      exceeded: ["pods"],
    });
    const existing = { pods: "1", services: "2" };
    expect(decideQuota({ ...facts, existing })).toMatchObject({ action: "refuse", hard: existing, exceeded: ["pods"] });
  });

  it("refuses negative limits, and does not let others' negative ones make room", () => {
    const base = project({ pods: "5" }, { pods: "6" });
    expect(decideQuota({ ...nothing, project: base, requested: { pods: "-1" } })).toMatchObject({ exceeded: ["pods"] });
    const others = [{ pods: "-100" }, { pods: "3" }];
    expect(decideQuota({ ...nothing, project: base, others })).toMatchObject({ exceeded: ["pods"] });
  });

  it("is done after one step: what it asks for, once there, it leaves alone", () => {
    const amounts = fc.dictionary(fc.constantFrom("pods", "limitsCpu", "requestsMemory"), fc.nat(9).map(String));
    fc.assert(
      fc.property(amounts, amounts, (requested, base) => {
        const facts = { ...nothing, requested, project: project(Object.keys(base).length === 0 ? undefined : base) };
        const first = decideQuota(facts);
        const existing = "hard" in first ? first.hard : undefined;
        expect(decideQuota({ ...facts, existing })).toEqual({ action: "none" });
      }),
    );
  });
});

describe("sameQuantities", () => {
  it.each([
    [{ cpu: "1" }, { cpu: "1000m" }, true],
    [{ memory: "1Gi" }, { memory: "1024Mi" }, true],
    [{ memory: "1G" }, { memory: "1Gi" }, false],
    [{ cpu: "1" }, {}, false],
    [{ cpu: "x" }, { cpu: "x" }, true],
  ])("%j and %j: %s", (left: Limits, right: Limits, same) => {
    expect(sameQuantities(left, right)).toBe(same);
  });
});
