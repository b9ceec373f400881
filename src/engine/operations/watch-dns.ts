import { setTimeout as pause } from "node:timers/promises";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { HealthBook } from "../../core/front-door/health-book.ts";
import { createHealthBook } from "../../core/front-door/health-book.ts";
import type { NameOwners } from "../../core/front-door/plan-name.ts";
import { wantNames } from "../../core/front-door/want-names.ts";
import type { OnEvent } from "../events.ts";
import type { NameOutcome } from "../front-door/publish-names.ts";
import { publishNames } from "../front-door/publish-names.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { EngineOptions } from "../options.ts";
import type { HealthQuestion } from "../traffic/ask-addresses.ts";
import { askFrom } from "../traffic/ask-addresses.ts";
import { healthQuestions } from "../traffic/health-questions.ts";
import { createVantages } from "../traffic/vantages.ts";
import { requireNames } from "./dns.ts";
import type { MeshView } from "./look-at-mesh.ts";
import { lookAtMesh } from "./look-at-mesh.ts";

export interface WatchOptions extends EngineOptions {
  /** Told what went wrong and ends nothing: a mesh file that is wrong for a moment, a DNS server that is away. */
  readonly onProblem: (diagnostics: readonly Diagnostic[]) => void;
  /** Told how every round ended in which something was written or failed. */
  readonly onOutcomes: (outcomes: readonly NameOutcome[]) => void;
}

/** How long the end of the watch may take: longer than pods take to be deleted where their cluster answers. */
const closeMs = 15_000;

/** How long after a failure names are written again, where no address changes before. */
const retryMs = 5000;

/** How often clusters are asked for their addresses and drains, and names are held against them. */
const lookMs = 15_000;

/**
 * Keeps the names of a mesh as its clusters are, for ever. Every 15 seconds the
 * mesh file is read and the clusters are asked anew; with
 * `spec.dns.healthChecks` every address is asked at their interval, from this
 * machine and from a pod in each cluster, and leaves or comes back by what was
 * seen (docs/adr/0032). The first look must succeed: its UserError is thrown;
 * later ones are told. Rejects with the signal's reason when it is aborted, after
 * the pods are deleted.
 */
export async function watchDns(readMesh: () => Promise<MeshFile>, options: WatchOptions): Promise<never> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const own = { ...options, signal };
  const meshFile = await readMesh();
  requireNames(meshFile);
  const first = await lookAtMesh(meshFile, own);
  const state: State = {
    view: first,
    owners: ownersOf(first),
    lastKnown: new Map(),
    owed: true,
    told: new Map(),
    retryAt: 0,
  };
  remember(state);
  const vantages = createVantages(own);
  const both = [keepLooking(readMesh, state, own), keepChecking(state, vantages, own)];
  try {
    return await Promise.race(both);
  } finally {
    stop.abort(new Error("the watch has ended"));
    // Connections to a cluster that has just been cut off may take minutes to end.
    await Promise.race([
      Promise.all([Promise.allSettled(both), vantages.close()]),
      pause(closeMs, undefined, { ref: false }),
    ]);
  }
}

interface State {
  view: MeshView;
  /** What every name had when it was last read or written. */
  readonly owners: Map<string, NameOwners>;
  /** The addresses of each cluster when it last said them: one that is away is still asked, and comes back by what it answers. */
  readonly lastKnown: Map<string, readonly string[]>;
  /** True where names may not be what they should be. */
  owed: boolean;
  /** What was told of each name last; the same is not told again. */
  readonly told: Map<string, string>;
  /** When a name that could not be written is tried again, in milliseconds since the epoch. */
  retryAt: number;
}

async function keepLooking(readMesh: () => Promise<MeshFile>, state: State, options: WatchOptions): Promise<never> {
  for (;;) {
    await pause(lookMs, undefined, { signal: options.signal });
    try {
      const meshFile = await readMesh();
      requireNames(meshFile);
      const before = wordsOf(state.view);
      state.view = await lookAtMesh(meshFile, options);
      remember(state);
      if (state.view.warnings.length > 0 && wordsOf(state.view) !== before) {
        options.onProblem(state.view.warnings);
      }
      state.owed = true;
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof UserError)) {
        throw error;
      }
      options.onProblem(error.diagnostics);
    }
  }
}

type Vantages = ReturnType<typeof createVantages>;

async function keepChecking(state: State, vantages: Vantages, options: WatchOptions): Promise<never> {
  const { onEvent, now } = options;
  let book: { readonly settings: string; readonly health: HealthBook } | undefined;
  for (;;) {
    const began = now();
    const { mesh } = state.view;
    const checks = mesh.dns?.healthChecks;
    if (checks === undefined) {
      book = undefined;
    } else {
      const settings = JSON.stringify(checks);
      if (book?.settings !== settings) {
        book = { settings, health: createHealthBook(checks, (name, address) => isInUse(state, name, address)) };
      }
      const questions = healthQuestions(mesh, (name) => addressesOf(state, name), options);
      const changes = await checkOnce(questions, { health: book.health, vantages, state }, options);
      changes.forEach((change) => onEvent({ kind: "address", ...change }));
      if (changes.length > 0) {
        state.owed = true;
        state.retryAt = 0;
      }
    }
    if (state.owed && now() >= state.retryAt) {
      await publish(state, book?.health, options);
    }
    const rest = (checks?.intervalSeconds ?? 1) * 1000 - (now() - began);
    await pause(Math.max(0, rest), undefined, { signal: options.signal });
  }
}

async function checkOnce(
  questions: readonly HealthQuestion[],
  { health, vantages, state }: { readonly health: HealthBook; readonly vantages: Vantages; readonly state: State },
  options: WatchOptions,
): Promise<ReturnType<HealthBook["note"]>> {
  const timeoutMs = (state.view.mesh.dns?.healthChecks?.timeoutSeconds ?? 2) * 1000;
  const places = [undefined, ...vantages.current(state.view, questions)];
  const sightings = await Promise.all(
    places.map(async (place) => askFrom(place, questions, timeoutMs, options.signal)),
  );
  vantages.note(sightings.flat(), (cluster) => state.view.brought.ingress[cluster] !== "keep");
  return health.note(questions, sightings.flat());
}

async function publish(state: State, health: HealthBook | undefined, options: WatchOptions): Promise<void> {
  const { view } = state;
  state.owed = false;
  // What is tested may be trusted longer than what is not.
  const known = health === undefined ? {} : Object.fromEntries(state.lastKnown);
  const decisions = wantNames(view.mesh, {
    ...view.brought,
    ingress: { ...view.brought.ingress, ...known },
    ...(health === undefined ? {} : { isDown: health.isDown }),
    published: (name, cluster) => claimOf(state, name, cluster),
  });
  // Progress of every round would be a line for each name for ever; outcomes say what changed.
  const quiet: OnEvent = () => {};
  const outcomes = await publishNames(
    view.zone,
    decisions.map(({ wanted }) => wanted),
    { ...options, onEvent: quiet },
  );
  for (const { name, now } of outcomes) {
    if (now !== undefined) {
      state.owners.set(name, now);
    }
  }
  if (outcomes.some((one) => one.state === "failed")) {
    state.owed = true;
    state.retryAt = options.now() + retryMs;
  }
  const news = outcomes.filter((one) => {
    const words = JSON.stringify([one.state === "failed", one.diagnostics]);
    const isNew = one.state === "changed" || (one.diagnostics.length > 0 && state.told.get(one.name) !== words);
    state.told.set(one.name, words);
    return isNew;
  });
  if (news.length > 0) {
    options.onOutcomes(news);
  }
}

function wordsOf({ warnings }: MeshView): string {
  return JSON.stringify(warnings);
}

function remember({ view, lastKnown }: State): void {
  for (const [cluster, addresses] of Object.entries(view.brought.ingress)) {
    if (addresses !== "keep") {
      lastKnown.set(cluster, addresses);
    }
  }
}

function ownersOf({ names }: MeshView): Map<string, NameOwners> {
  return new Map(names.names.flatMap((one) => ("now" in one ? [[one.name, one.now] as const] : [])));
}

function claimOf({ owners }: State, name: string, cluster: string): readonly string[] {
  return owners.get(name)?.claims.find((one) => one.cluster === cluster)?.addresses ?? [];
}

/** What each cluster has in the name or would bring: an address that left is asked until it is back. */
function addressesOf(state: State, name: string): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    state.view.mesh.clusters.map(({ name: cluster }) => [
      cluster,
      state.lastKnown.get(cluster) ?? claimOf(state, name, cluster),
    ]),
  );
}

function isInUse(state: State, name: string, address: string): boolean {
  const owners = state.owners.get(name);
  return owners === undefined || owners.addresses.length === 0 || owners.addresses.includes(address);
}
