import { expect, it } from "vitest";
import { createDrainTally } from "./drain-tally.ts";

const id = { group: "networking.istio.io", kind: "DestinationRule", namespace: "sample", name: "shop" };

it("counts what was written and deleted on each cluster that was begun", () => {
  const tally = createDrainTally();
  expect([tally.clusters(), tally.diagnostics()]).toEqual([[], []]);
  tally.onEvent({
    kind: "object.applied",
    cluster: "west",
    phase: "routes",
    wave: "destinations",
    action: "update",
    id,
  });
  tally.onEvent({ kind: "object.applied", cluster: "west", phase: "routes", wave: "routes", action: "create", id });
  tally.onEvent({ kind: "object.deleted", cluster: "west", id });
  const away = { code: "ISM250", severity: "error", summary: "", detail: "" } as const;
  tally.onOutcomes([
    { cluster: "west", state: "done", steps: ["routes"], diagnostics: [] },
    { cluster: "east", state: "unreachable", steps: [], diagnostics: [away] },
  ]);
  expect(tally.clusters()).toEqual([
    { cluster: "west", state: "done", applied: 2, deleted: 1 },
    { cluster: "east", state: "unreachable", applied: 0, deleted: 0 },
  ]);
  expect(tally.diagnostics()).toEqual([away]);
});
