import type { Drain } from "../model/drain.ts";
import type { KubeObject } from "../model/kube-object.ts";
import { idOf, keyOf } from "../model/kube-object.ts";
import type { Cluster, Mesh, Service } from "../model/mesh.ts";
import { hasDestinationRule, renderDestinationRule } from "../render/destination-rule.ts";
import { renderDrainPolicies, renderElsewhereRoute } from "../render/drain.ts";
import { withMeshLabel } from "../render/place-objects.ts";
import { renderRoute } from "../render/gateway-route.ts";
import type { Wave } from "../render/waves.ts";
import { meshAt } from "../routing/routes-at.ts";
import { lostVersions, withDrains } from "./drained-mesh.ts";

export type DrainAction = "drain" | "undrain";

/** The object families that a drain changes. */
type Part = "rules" | "routes" | "elsewhere" | "policies";

/** What is written at one time, on some clusters at once; the next step begins when all of them have ended this one. */
export interface DrainStep {
  /** `routes`: weights, and what the others stand on; `callers`: those of other clusters; `own`: those of the drained one. */
  readonly name: "routes" | "callers" | "own";
  readonly parts: readonly Part[];
  readonly where: "all" | "others" | "drained";
  /** The mesh as it is after the step. */
  readonly mesh: Mesh;
  /** What the inventories of these clusters record from then on. */
  readonly drains: readonly Drain[];
}

/** The steps of one command, and what they are about. */
export interface DrainSteps {
  readonly action: DrainAction;
  readonly cluster: string;
  readonly services: readonly Service[];
  readonly steps: readonly DrainStep[];
  /** The mesh with everything that the command makes or takes away. */
  readonly whole: Mesh;
}

/** An object that a step brings about. */
export interface DrainObject {
  readonly object: KubeObject;
  readonly wave: Wave;
}

/** What a step leaves on a cluster: the objects that are there then, and those that are gone. */
export interface StepObjects {
  readonly present: readonly DrainObject[];
  readonly gone: readonly DrainObject[];
}

/**
 * The order in which no request is lost. Callers of the other clusters leave
 * first: the drained cluster's east-west gateway goes on serving them until
 * then, since what leads its own callers elsewhere takes its endpoints too. On
 * the way back its own callers come first and the others last. Weights of
 * versions that get lost go before their endpoints, and come after them.
 */
export function planDrainSteps(
  asked: Mesh,
  about: Pick<DrainSteps, "action" | "cluster" | "services">,
  { before, after }: { readonly before: readonly Drain[]; readonly after: readonly Drain[] },
): DrainSteps {
  const meant = (one: Drain): boolean =>
    one.cluster === about.cluster &&
    about.services.some(({ name, namespace }) => name === one.service && namespace === one.namespace);
  const staged = (drains: readonly Drain[], stage: Drain["stage"]): readonly Drain[] =>
    drains.map((one) => (meant(one) ? { ...one, stage } : one));
  const stepOf = (step: Omit<DrainStep, "mesh">): DrainStep => ({ ...step, mesh: withDrains(asked, step.drains) });
  if (about.action === "drain") {
    // One that is drained again stays at the stage that it has.
    return {
      ...about,
      whole: withDrains(asked, staged(after, "all")),
      steps: [
        stepOf({ name: "routes", parts: ["rules", "routes"], where: "all", drains: after }),
        stepOf({ name: "callers", parts: ["policies"], where: "others", drains: after }),
        stepOf({ name: "own", parts: ["rules", "elsewhere"], where: "drained", drains: staged(after, "all") }),
      ],
    };
  }
  const at = after.find(meant)?.at ?? "";
  const comingBack = staged(before, "callers").map((one) => (meant(one) ? { ...one, at } : one));
  return {
    ...about,
    whole: withDrains(asked, staged(before, "all")),
    steps: [
      stepOf({ name: "own", parts: ["elsewhere", "rules"], where: "drained", drains: comingBack }),
      stepOf({ name: "callers", parts: ["policies"], where: "others", drains: after }),
      stepOf({ name: "routes", parts: ["routes", "rules"], where: "all", drains: after }),
    ],
  };
}

/** Whether a step is done on a cluster. */
export function isStepAt({ where }: DrainStep, drained: string, cluster: string): boolean {
  return where === "all" || (where === "drained") === (cluster === drained);
}

/** Whether nothing is left of a drain after this step: the last one of an undrain. */
export function endsDrains({ action }: Pick<DrainSteps, "action">, { name }: Pick<DrainStep, "name">): boolean {
  return action === "undrain" && name === "routes";
}

/** What a step leaves on a cluster. */
export function objectsOfStep(steps: DrainSteps, step: DrainStep, cluster: Cluster): StepObjects {
  const present = step.parts.flatMap((part) => render(part, step.mesh, { steps, cluster }));
  const kept = new Set(present.map(({ object }) => keyOf(idOf(object))));
  const all = step.parts.flatMap((part) => render(part, steps.whole, { steps, cluster }));
  return { present, gone: all.filter(({ object }) => !kept.has(keyOf(idOf(object)))) };
}

/** What the whole command leaves on a cluster: the last state of every object that one of its steps is about. */
export function objectsOfAll(steps: DrainSteps, cluster: Cluster): StepObjects {
  const last = new Map<string, DrainObject & { readonly isGone: boolean }>();
  for (const step of steps.steps.filter((one) => isStepAt(one, steps.cluster, cluster.name))) {
    const { present, gone } = objectsOfStep(steps, step, cluster);
    present.forEach((one) => last.set(keyOf(idOf(one.object)), { ...one, isGone: false }));
    gone.forEach((one) => last.set(keyOf(idOf(one.object)), { ...one, isGone: true }));
  }
  const all = [...last.values()];
  const bare = ({ object, wave }: DrainObject): DrainObject => ({ object, wave });
  return {
    present: all.filter(({ isGone }) => !isGone).map(bare),
    gone: all.filter(({ isGone }) => isGone).map(bare),
  };
}

/** The affected services of a mesh, which are other values in each of its states. */
export function affectedOf(mesh: Mesh, { services }: Pick<DrainSteps, "services">): readonly Service[] {
  return mesh.services.filter((one) =>
    services.some(({ name, namespace }) => name === one.name && namespace === one.namespace),
  );
}

const partWaves: Readonly<Record<Part, Wave>> = {
  rules: "destinations",
  policies: "destinations",
  routes: "routes",
  elsewhere: "routes",
};

function render(
  part: Part,
  mesh: Mesh,
  { steps, cluster }: { readonly steps: DrainSteps; readonly cluster: Cluster },
): readonly DrainObject[] {
  const here = meshAt(mesh, cluster);
  const wave = partWaves[part];
  return affectedOf(here, steps)
    .flatMap((service) => renderPart(part, here, { service, cluster, steps }))
    .map((object) => ({ object: withMeshLabel(mesh, object), wave }));
}

function renderPart(
  part: Part,
  mesh: Mesh,
  { service, cluster, steps }: { readonly service: Service; readonly cluster: Cluster; readonly steps: DrainSteps },
): readonly KubeObject[] {
  switch (part) {
    case "rules":
      return hasDestinationRule(service) ? [renderDestinationRule(mesh, service, cluster)] : [];
    case "policies":
      return renderDrainPolicies(service, cluster);
    case "elsewhere":
      return renderElsewhereRoute(mesh, service, cluster);
    case "routes":
      return losesWeights(service, steps)
        ? service.routes
            .filter(({ redirect }) => redirect === undefined)
            .map((route) => renderRoute(mesh, service, route))
        : [];
  }
}

/** Weights change only where the drain takes a version away. */
function losesWeights({ name, namespace }: Service, { whole }: DrainSteps): boolean {
  const drained = whole.services.find((one) => one.name === name && one.namespace === namespace);
  return drained !== undefined && lostVersions(drained).length > 0;
}
