import { expect, it } from "vitest";
import type { AddedField } from "../../../core/plan/added-fields.ts";
import type { ClusterPlan, Plan } from "../../../core/plan/plan.ts";
import { planDocument } from "../../../engine/documents/plan.ts";
import { paletteFor } from "../../terminal/palette.ts";
import { viewPlan } from "./plan.ts";

const service = { group: "", kind: "Service", namespace: "shop", name: "web" };
const object = { apiVersion: "v1", kind: "Service", metadata: { namespace: "shop", name: "web" } };
const writer = { manager: "kubectl-edit", time: "2026-11-23T05:00:00Z" };
const ranges: AddedField = {
  path: "spec.loadBalancerSourceRanges",
  pointer: "/spec/loadBalancerSourceRanges",
  value: ["192.0.2.0/24"],
  writer,
  older: false,
};
const password: AddedField = {
  ...ranges,
  path: 'spec.template.spec.containers[name="web"].env',
  pointer: "/spec/template/spec/containers/0/env",
  value: [{ name: "TOKEN", value: "hunter2" }],
  writer: { manager: "", time: "" },
};

/** The plan of one cluster in which nothing changes, and others have added these to one object. */
function planWith(added: readonly AddedField[], known = true): Plan {
  const cluster: ClusterPlan = {
    kind: "planned",
    cluster: "east",
    objects: [
      { action: "none", phase: "services", wave: "services", id: service, object, live: object, fields: [], added },
    ] as unknown as Extract<ClusterPlan, { readonly kind: "planned" }>["objects"],
    prune: [],
    inventory: {
      mesh: "demo",
      cluster: "east",
      items: known ? [{ id: service, apiVersion: "v1", wave: "services", created: true }] : [],
    },
    inventoryCurrent: true,
  };
  return { mesh: "demo", clusters: [cluster] };
}

const view = (plan: Plan): string => viewPlan(plan, { prune: false, palette: paletteFor(false) });

it("shows what others have added beside what is applied, and no value that may be a password", () => {
  expect(view(planWith([ranges, password]))).toBe(
    [
      "east",
      "  added by others, which an apply leaves (isthmus check says what it does)",
      "    = Service shop/web",
      '        spec.loadBalancerSourceRanges: ["192.0.2.0/24"]  # added by kubectl-edit at 2026-11-23T05:00:00Z',
      '        spec.template.spec.containers[name="web"].env: (not shown: TOKEN)  # added by somebody',
      "  no changes (1 objects)",
      "",
      "No changes. 1 objects are as the mesh file asks.",
    ].join("\n"),
  );
});

it("shows nothing of the sort where nobody has, and of an object that is not the mesh's yet", () => {
  expect(view(planWith([]))).not.toContain("added by");
  expect(view(planWith([ranges], false))).not.toContain("added by");
});

it("has the same in its document", () => {
  expect(planDocument(planWith([ranges, password]), { prune: false })).toMatchObject({
    clusters: [
      {
        added: [
          {
            ...service,
            fields: [
              { path: ranges.path, pointer: ranges.pointer, value: '["192.0.2.0/24"]', writer },
              { path: password.path, items: ["TOKEN"], writer: password.writer },
            ],
          },
        ],
      },
    ],
  });
  expect(JSON.stringify(planDocument(planWith([password]), { prune: false }))).not.toContain("hunter2");
  expect(planDocument(planWith([]), { prune: false })).not.toHaveProperty("clusters[0].added");
});
