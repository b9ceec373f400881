import { expect, it } from "vitest";
import { clusterNamed } from "../model/mesh.ts";
import { drainOf, shopOf, threeClusters } from "../testing/three-clusters.ts";
import type { DrainSteps } from "./drain-steps.ts";
import { isStepAt, objectsOfAll, objectsOfStep, planDrainSteps } from "./drain-steps.ts";

const mesh = threeClusters();
const about = { cluster: "east", services: [shopOf(mesh)] };
const drain = planDrainSteps(mesh, { action: "drain", ...about }, { before: [], after: [drainOf("east", "callers")] });
const undrain = planDrainSteps(
  mesh,
  { action: "undrain", ...about },
  { before: [drainOf("east", "all")], after: [drainOf("east", "ended")] },
);

/** Step by step, what is written on which cluster: `+` there is then, `-` gone. */
function told(steps: DrainSteps): readonly string[] {
  return steps.steps.flatMap((step) =>
    mesh.clusters
      .filter(({ name }) => name !== "north" && isStepAt(step, "east", name))
      .map((cluster) => {
        const { present, gone } = objectsOfStep(steps, step, cluster);
        const names = (sign: string, all: typeof present): readonly string[] =>
          all.map(({ object }) => `${sign}${object.kind}/${object.metadata.name}`);
        return `${step.name} ${cluster.name}: ${[...names("+", present), ...names("-", gone)].join(" ")}`;
      }),
  );
}

it("takes weights, then the callers of others, then its own, so that its gateway serves whoever is left", () => {
  expect(told(drain)).toEqual([
    "routes west: +DestinationRule/shop +VirtualService/shop",
    "routes east: +DestinationRule/shop +VirtualService/shop",
    "callers west: +PeerAuthentication/isthmus-drain.east.shop",
    "own east: +DestinationRule/shop +VirtualService/isthmus-drained.shop",
  ]);
});

it("comes back the other way round", () => {
  expect(told(undrain)).toEqual([
    "own east: +DestinationRule/shop -VirtualService/isthmus-drained.shop",
    "callers west: -PeerAuthentication/isthmus-drain.east.shop",
    "routes west: +VirtualService/shop +DestinationRule/shop",
    "routes east: +VirtualService/shop +DestinationRule/shop",
  ]);
});

it("does not touch routes that keep all of their versions", () => {
  const west = planDrainSteps(
    mesh,
    { action: "drain", cluster: "west", services: about.services },
    { before: [], after: [drainOf("west", "callers")] },
  );
  const { present } = objectsOfAll(west, clusterNamed(mesh, "west"));
  expect(present.map(({ object }) => `${object.kind}/${object.metadata.name}`)).toEqual([
    "DestinationRule/shop",
    "VirtualService/isthmus-drained.shop",
  ]);
});

it("records in every step what an apply after a kill would keep", () => {
  expect(drain.steps.map(({ drains }) => drains.map(({ stage }) => stage))).toEqual([
    ["callers"],
    ["callers"],
    ["all"],
  ]);
  expect(undrain.steps.map(({ drains }) => drains.map(({ stage }) => stage))).toEqual([
    ["callers"],
    ["ended"],
    ["ended"],
  ]);
});
