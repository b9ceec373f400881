import { expect, it } from "vitest";
import type { Plan } from "../../core/plan/plan.ts";
import { syncOf } from "./sync-status.ts";

const id = { group: "", kind: "Service", namespace: "shop", name: "web" };

function planWith(added: readonly object[]): Plan {
  const planned = { action: "none", id, fields: [], added };
  const inventory = { items: [{ id, created: true }] };
  return { clusters: [{ kind: "planned", cluster: "east", objects: [planned], prune: [], inventory }] } as never;
}

it("counts objects to which others have added fields, and takes the cluster for in sync all the same", () => {
  const writer = { manager: "kubectl-edit", time: "" };
  const field = { path: "spec.a", pointer: "/spec/a", value: "b", writer, older: false };
  expect(syncOf(planWith([field, field]), "east")).toMatchObject({ kind: "compared", inSync: true, added: 1 });
  expect(syncOf(planWith([]), "east")).not.toHaveProperty("added");
  expect(syncOf(planWith([]), "west")).toBeUndefined();
});
