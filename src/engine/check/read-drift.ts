import type { DriftFacts } from "../../core/checks/drift-facts.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { serviceKey } from "../../core/render/materials.ts";
import { driftOf, servicesByManifest } from "../../core/plan/drift.ts";
import { KubeError } from "../../kube/errors.ts";
import type { OpenMesh } from "../clusters/open-mesh.ts";
import type { MeshFile } from "../mesh-file.ts";
import { preparePlan } from "../plan/prepare-plan.ts";
import type { AccessOptions, PlanOptions, ProgramLookup, RunOptions } from "../options.ts";

/**
 * Compares every object of the mesh with what an apply would make of it, as a
 * plan does, over a mesh that is open already (as `readCurrent` asks).
 * Gives what each cluster's objects have drifted by. Changes nothing, and
 * throws for no mesh's sake: where no plan can be made (no istioctl, manifests
 * that cannot be read) that is what the facts say. Of clusters that are
 * `known` nothing is compared again.
 */
export async function readDrift(
  meshFile: MeshFile,
  open: OpenMesh,
  options: RunOptions & AccessOptions & ProgramLookup & PlanOptions,
  known: ReadonlyMap<string, DriftFacts> = new Map(),
): Promise<ReadonlyMap<string, DriftFacts>> {
  const names = meshFile.mesh.clusters.map((one) => one.name).filter((name) => !known.has(name));
  const asked = open.connections.some((one) => one.kind === "connected" && !known.has(one.cluster.name));
  return asked ? new Map([...known, ...(await compare(meshFile, open, options, names))]) : known;
}

async function compare(
  meshFile: MeshFile,
  open: OpenMesh,
  options: RunOptions & AccessOptions & ProgramLookup & PlanOptions,
  names: readonly string[],
): Promise<ReadonlyMap<string, DriftFacts>> {
  try {
    // Who owns a field does not matter to whether it is as the mesh file asks, and nothing is written.
    const wish = { ...options, forceConflicts: true, continueOnRefusal: true, tryWrites: true };
    const { plan, materials, close } = await preparePlan(
      meshFile,
      wish,
      names.length === meshFile.mesh.clusters.length ? [] : names,
      open,
    );
    await close();
    const serviceOf = servicesByManifest(
      meshFile.mesh.services,
      (service) => materials.serviceManifests[serviceKey(service)] ?? [],
    );
    return new Map(
      plan.clusters.map((one): readonly [string, DriftFacts] => [
        one.cluster,
        one.kind === "planned"
          ? driftOf(one, serviceOf, one.refused)
          : { kind: "not-judged", reason: `${one.diagnostic.code} ${one.diagnostic.summary}` },
      ]),
    );
  } catch (error) {
    options.signal.throwIfAborted();
    return new Map(names.map((name) => [name, { kind: "not-judged", reason: reasonFor(error, name) }]));
  }
}

function reasonFor(error: unknown, cluster: string): string {
  if (error instanceof UserError) {
    const { diagnostics } = error;
    const reason = diagnostics.find((one) => one.cluster === cluster) ?? diagnostics[0];
    return `${reason?.code ?? ""} ${reason?.summary ?? ""}`.trim();
  }
  if (error instanceof KubeError) {
    return error.message;
  }
  throw error;
}
