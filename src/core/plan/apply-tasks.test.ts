import { describe, expect, it } from "vitest";
import { idOf } from "../model/kube-object.ts";
import { rancherLocalTarget } from "../render/names.ts";
import type { Wave } from "../render/waves.ts";
import { waveRules } from "../render/waves.ts";
import { planApplyTasks } from "./apply-tasks.ts";
import type { InventoryItem } from "./inventory.ts";
import type { ClusterPlan, Plan } from "./plan.ts";

function clusterPlan(cluster: string, waves: readonly Wave[], prune: readonly InventoryItem[] = []): ClusterPlan {
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one", namespace: "demo" } };
  const objects = waves.map((wave) => ({
    action: "create" as const,
    phase: waveRules[wave].phase,
    wave,
    id: idOf(object),
    object,
    live: undefined,
    fields: [],
  }));
  return {
    kind: "planned",
    cluster,
    objects,
    prune,
    inventory: { mesh: "prod", cluster, items: [] },
    inventoryCurrent: false,
  };
}

const secret: InventoryItem = {
  id: { group: "", kind: "Secret", namespace: "istio-system", name: "istio-remote-secret-old" },
  apiVersion: "v1",
  wave: "join",
  created: true,
};

function plan(...clusters: readonly ClusterPlan[]): Plan {
  return { mesh: "prod", clusters };
}

function idsOf(one: Plan, prune = false): readonly string[] {
  return planApplyTasks(one, { prune }).map(({ id }) => id);
}

describe("the tasks of an apply", () => {
  it("are the waves that have objects, with their waits, between the inventory's two writes", () => {
    expect(idsOf(plan(clusterPlan("west", ["namespaces", "join", "routes"])))).toEqual([
      "west/inventory",
      "west/namespaces",
      "west/namespaces/ready",
      "west/join",
      "west/join/ready",
      "west/join/synced",
      "west/routes",
      "west/routes/ready",
      "west/routes/served",
      "west/finish",
      "west/finish/proxies",
      "west/finish/inventory",
    ]);
  });

  it("prune only when that was asked for, and then wait on every cluster for what nobody offers any more", () => {
    const both = plan(clusterPlan("west", [], [secret]), clusterPlan("east", []));
    expect(idsOf(both).filter((id) => /prune|left/.test(id))).toEqual([]);
    expect(idsOf(both, true).filter((id) => /prune|left/.test(id))).toEqual([
      "west/finish/prune",
      "west/finish/left",
      "east/finish/prune",
      "east/finish/left",
    ]);
  });

  it("have no proxies to wait for in Rancher's own cluster, and are none where no cluster answers", () => {
    expect(idsOf(plan(clusterPlan(rancherLocalTarget, ["projects"])))).not.toContain(
      `${rancherLocalTarget}/finish/proxies`,
    );
    const diagnostic = { code: "ISM300", severity: "error", summary: "", detail: "", fix: "" } as const;
    expect(idsOf(plan({ kind: "unreachable", cluster: "west", diagnostic }))).toEqual([]);
  });

  it("need what is there of the waves before them, and the barriers over all clusters", () => {
    const tasks = planApplyTasks(plan(clusterPlan("west", ["namespaces", "control-plane", "join"])), { prune: false });
    const needs = Object.fromEntries(tasks.map((task) => [task.id, task.needs]));
    expect(needs["west/namespaces"]).toEqual(["west/inventory", "*/projects"]);
    expect(needs["west/control-plane"]).toEqual(["west/namespaces"]);
    expect(needs["west/join"]).toEqual(["west/control-plane", "*/gateways"]);
    expect(needs["west/finish"]).toEqual(["west/namespaces", "west/control-plane", "west/join"]);
  });

  it("have ids of their own, and are within tasks that there are", () => {
    const tasks = planApplyTasks(plan(clusterPlan("west", ["join", "routes"], [secret])), { prune: true });
    const ids = tasks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { within } of tasks) {
      expect(within === undefined || ids.includes(within)).toBe(true);
    }
  });
});
