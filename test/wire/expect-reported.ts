import { expect } from "vitest";
import type { FakeClusters } from "../../src/cli/testing/fake-clusters.ts";
import { waveTasks } from "../../src/core/plan/apply-tasks.ts";
import { keyOf, keyOfId, outcomeOf } from "./comparable-store.ts";
import type { ObjectId, Outcome } from "./comparable-store.ts";
import type { EventLine } from "../../src/cli/testing/event-lines.ts";

/**
 * Expects that everything which a run reported as done is there, and that its end
 * is reported as good only when all of `wanted` is. Left out is the credential of
 * a cluster that was reported as failed: nobody has it.
 */
export function expectReported(lines: readonly EventLine[], world: FakeClusters, wanted: Outcome): void {
  const there = (cluster: unknown, key: string): boolean =>
    world.servers[String(cluster)]?.store.all().some((object) => keyOf(object) === key) === true;
  const planned = lines.flatMap((line) => (line.event === "plan" ? plannedOf(line) : []));
  const failed = lines.flatMap((line) => (line.event === "summary" ? failedIn(line) : []));
  const credentials = failed.map((cluster) => `Secret/istio-system/istio-remote-secret-${cluster}`);
  for (const line of lines) {
    if (line.event === "object.applied") {
      const key = keyOfId(line["object"] as ObjectId);
      expect(`${key} is ${there(line["cluster"], key) ? "there" : "missing"}`).toBe(`${key} is there`);
    }
    if (line.event === "task.done") {
      const ofTask = planned.filter(
        ({ cluster, wave }) => cluster === line["subject"] && waveTasks[wave] === line["task"],
      );
      const missing = ofTask.filter(({ cluster, key }) => !there(cluster, key) && !credentials.includes(key));
      expect({ task: line["task"], missing }).toEqual({ task: line["task"], missing: [] });
    }
    if (line.event === "summary" && line["exitCode"] === 0) {
      expect(outcomeOf(world)).toEqual(wanted);
    }
  }
}

function failedIn(summary: EventLine): readonly string[] {
  const clusters = summary["clusters"] as readonly { readonly name: string; readonly state: string }[];
  return clusters.filter(({ state }) => state === "failed").map(({ name }) => name);
}

interface PlannedKey {
  readonly cluster: string;
  readonly wave: keyof typeof waveTasks;
  readonly key: string;
}

function plannedOf(line: EventLine): readonly PlannedKey[] {
  const { clusters } = line["plan"] as {
    readonly clusters: readonly {
      readonly name: string;
      readonly objects?: readonly (ObjectId & { readonly wave: PlannedKey["wave"] })[];
    }[];
  };
  return clusters.flatMap(({ name: cluster, objects = [] }) =>
    objects.map((object) => ({ cluster, wave: object.wave, key: keyOfId(object) })),
  );
}
