import type { DriftFacts } from "../../core/checks/drift-facts.ts";
import type { MeshFacts } from "../../core/checks/facts.ts";
import { reachedClusters } from "../../core/checks/reached.ts";
import type { TriedCredentials } from "../facts/read-remote-secrets.ts";

/** What a look takes over from the one a few seconds before it: most of what a look costs, where it was well. */
export interface EarlierLook {
  /** By cluster: that none of its objects differs from what an apply would make of it. */
  readonly drifts: ReadonlyMap<string, DriftFacts>;
  /** Credentials of remote secrets that were accepted; those that the look tries come to them. */
  readonly tried: TriedCredentials;
}

/** Nothing is taken over. */
export function nothingSeen(): EarlierLook {
  return { drifts: new Map(), tried: new Map() };
}

/**
 * What need not be looked at again because it was well: clusters whose objects
 * were all compared and as they should be, and credentials that were accepted.
 * What was wrong, or could not be seen, may have passed.
 */
export async function whatWasWell(facts: MeshFacts, tried: TriedCredentials): Promise<EarlierLook> {
  const drifts = new Map(
    reachedClusters(facts).flatMap(({ cluster, drift }) =>
      drift !== undefined && isClean(drift) ? [[cluster, drift] as const] : [],
    ),
  );
  const accepted: TriedCredentials = new Map();
  for (const [key, trying] of tried) {
    const ended = await trying.catch(() => []);
    if (ended.length > 0 && ended.every(({ trial }) => trial.outcome === "accepted")) {
      accepted.set(key, trying);
    }
  }
  return { drifts, tried: accepted };
}

/** Whatever else a comparison has found, beside what is known here, is not clean either. */
function isClean(drift: DriftFacts): boolean {
  if (drift.kind !== "compared") {
    return false;
  }
  const { kind: _kind, applied: _applied, objects, unknown, triedWrites, ...found } = drift;
  const untold = [objects, unknown, triedWrites?.unknown ?? []];
  return untold.every((one) => one.length === 0) && Object.keys(found).length === 0;
}
