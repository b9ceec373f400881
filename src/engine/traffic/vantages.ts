import { UserError } from "../../core/diagnostics/user-error.ts";
import type { Sighting } from "../../core/front-door/health.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import type { VantageTarget } from "../../core/render/vantage-pod.ts";
import { closeMesh, openMesh } from "../clusters/open-mesh.ts";
import type { OpenMesh } from "../clusters/open-mesh.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { AccessOptions, RunOptions } from "../options.ts";
import type { Vantage } from "./vantage-pod.ts";
import { openVantage } from "./vantage-pod.ts";

/** Places in all clusters, made beside whoever asks and made anew when they do not fit any more. */
export interface Vantages {
  /**
   * The places that are there now. Where targets have changed, a pod is about
   * to end, or it was long ago that a cluster had none, they are made anew
   * meanwhile: nobody waits for a cluster that does not answer.
   */
  readonly current: (
    of: { readonly meshFile: MeshFile; readonly mesh: Mesh },
    targets: readonly VantageTarget[],
  ) => readonly Vantage[];
  /**
   * Takes in what a round saw. A place that got no answer from any address twice in a row, in a cluster
   * that itself answers, has lost its pod or its ports: all are made anew.
   */
  readonly note: (sightings: readonly Sighting[], answers: (cluster: string) => boolean) => void;
  readonly close: () => Promise<void>;
}

export interface VantagesOptions extends RunOptions, AccessOptions {
  readonly onProblem: (diagnostics: readonly Diagnostic[]) => void;
}

/** How long before its end a pod is replaced, and how long until a cluster that had no place is tried again. */
const aheadMs = 5 * 60_000;
const againMs = 60_000;
/** For how many rounds in a row a place may see nothing. */
const silentRounds = 2;

interface Generation {
  readonly open: OpenMesh;
  readonly vantages: readonly Vantage[];
  readonly key: string;
  readonly madeAt: number;
  /** True where a place sees nothing any more. */
  readonly isBroken?: boolean;
}

/** No place at first. */
export function createVantages(options: VantagesOptions): Vantages {
  let generation: Generation | undefined;
  let making: Promise<void> | undefined;
  let told = "";
  let silent = new Map<string, number>();
  const make = async (meshFile: MeshFile, targets: readonly VantageTarget[], key: string): Promise<void> => {
    const made = await makeAll(meshFile, targets, options);
    const before = generation;
    generation = { ...made, key, madeAt: options.now() };
    silent = new Map();
    const words = JSON.stringify(made.problems.map(({ cluster, code }) => [cluster, code]));
    if (words !== told && made.problems.length > 0) {
      options.onProblem(made.problems);
    }
    told = words;
    await end(before);
  };
  return {
    current: ({ meshFile, mesh }, targets) => {
      const unique = [
        ...new Map(targets.map(({ address, port }) => [`${address} ${port}`, { address, port }])).values(),
      ];
      const key = JSON.stringify([mesh.name, unique]);
      if (making === undefined && unique.length > 0 && isDue(generation, key, { mesh, now: options.now() })) {
        making = make(meshFile, unique, key)
          .catch((error: unknown) => {
            const problems = error instanceof UserError ? error.diagnostics : [];
            if (!options.signal.aborted && problems.length > 0 && told !== JSON.stringify(problems)) {
              told = JSON.stringify(problems);
              options.onProblem(problems);
            }
          })
          .finally(() => {
            making = undefined;
          });
      }
      return generation?.vantages ?? [];
    },
    note: (sightings, answers) => {
      countSilence(silent, sightings, answers);
      if (generation !== undefined && [...silent.values()].some((rounds) => rounds >= silentRounds)) {
        generation = { ...generation, isBroken: true };
      }
    },
    close: async () => {
      await making?.catch(() => {});
      await end(generation);
    },
  };
}

function countSilence(
  silent: Map<string, number>,
  sightings: readonly Sighting[],
  answers: (cluster: string) => boolean,
): void {
  for (const cluster of new Set(sightings.flatMap(({ from }) => from ?? []))) {
    const saw = sightings.some(({ from, answered }) => from === cluster && Object.values(answered).includes(true));
    silent.set(cluster, saw || !answers(cluster) ? 0 : (silent.get(cluster) ?? 0) + 1);
  }
}

function isDue(
  generation: Generation | undefined,
  key: string,
  { mesh, now }: { readonly mesh: Mesh; readonly now: number },
): boolean {
  if (generation === undefined || generation.key !== key) {
    return true;
  }
  const isWhole = generation.vantages.length === mesh.clusters.length && generation.isBroken !== true;
  return (
    generation.vantages.some(({ endsAt }) => endsAt - aheadMs < now) || (!isWhole && generation.madeAt + againMs < now)
  );
}

async function makeAll(
  meshFile: MeshFile,
  targets: readonly VantageTarget[],
  options: VantagesOptions,
): Promise<Pick<Generation, "open" | "vantages"> & { readonly problems: readonly Diagnostic[] }> {
  const timeoutSeconds = Math.max(1, Math.ceil(meshFile.mesh.dns?.healthChecks?.timeoutSeconds ?? 2));
  const open = await openMesh(meshFile, options);
  const connected = open.connections.filter((one) => one.kind === "connected");
  const quiet = { ...options, onEvent: () => {} };
  const all = await Promise.allSettled(
    connected.map(async (one) => openVantage({ one, mesh: meshFile.mesh, targets, timeoutSeconds }, quiet)),
  );
  const made = all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const vantages = made.filter((one) => "originOf" in one);
  if (options.signal.aborted) {
    await end({ open, vantages, key: "", madeAt: 0 });
    options.signal.throwIfAborted();
  }
  return { open, vantages, problems: made.flatMap((one) => ("unmade" in one ? [one.unmade] : [])) };
}

async function end(generation: Generation | undefined): Promise<void> {
  if (generation !== undefined) {
    await Promise.all(generation.vantages.map(async (one) => one.close()));
    await closeMesh(generation.open);
  }
}
