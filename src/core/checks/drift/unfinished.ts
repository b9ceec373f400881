import { describeId } from "../../model/kube-object.ts";
import type { Check } from "../check.ts";
import { problem, warning } from "../check.ts";
import { applyCommand } from "../commands.ts";
import type { DriftedObject } from "../drift-facts.ts";
import { brokenBy, goneParts } from "../drifted.ts";
import type { ReachedCluster } from "../facts.ts";
import { whyNotCompared } from "../not-compared.ts";
import { istioNamespace } from "../../render/names.ts";
import { reachedClusters } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import { appliedObject, newPods, nodes, storedWrites } from "../subjects.ts";

/** How many objects are named. */
const named = 4;

interface Unfinished {
  readonly one: ReachedCluster;
  /** What is not there, or not yet as the mesh file asks. */
  readonly missing: readonly DriftedObject[];
}

/**
 * An apply that was interrupted, or that something stopped, leaves a part of a
 * mesh: what is found wrong because of it is told with it, since running the
 * apply again mends all of it at once.
 */
export const unfinished: Check = {
  id: "drift/unfinished",
  sentence: "every apply that makes something new has ended",
  pre: false,
  unseen: whyNotCompared,
  run: (facts) => {
    const found = reachedClusters(facts).flatMap(unfinishedIn);
    const [first] = found;
    if (first === undefined) {
      return [];
    }
    const [only] = found.length === 1 ? [first.one.cluster] : [];
    const isMissing = found.some(({ missing }) => missing.some(({ state }) => state === "unmade"));
    const finding = {
      detail: `An apply has begun in ${found.map(describe).join(" and in ")}, and has not ended: it was interrupted, something stopped it, or it goes on now.`,
      fix: "Run the apply again, once what else is named here is mended, which may be what stopped it: it makes what is missing and leaves what is there as it is. Where one goes on, it says so.",
      commands: [applyCommand(facts, only === undefined ? {} : { cluster: only })],
      ...(only === undefined ? {} : { cluster: only }),
      explainsErrors: true as const,
      needs: found.flatMap(whatStopsIt),
      provenBy: { own: [] },
      breaks: found.flatMap(({ one: { cluster }, missing }) =>
        missing.flatMap((object) => [
          appliedObject(cluster, object.id),
          ...brokenBy(facts, cluster, object),
          ...goneParts(cluster, object),
        ]),
      ),
    };
    return [isMissing ? problem("ISM751", finding) : warning("ISM751", finding)];
  },
};

/** True where an apply has begun and not ended, so that what the mesh file asks for is not there for that reason. */
export function isUnfinished({ drift }: ReachedCluster): boolean {
  return drift?.kind === "compared" && drift.unfinished === true;
}

function unfinishedIn(one: ReachedCluster): readonly Unfinished[] {
  const objects = one.drift?.kind === "compared" ? one.drift.objects : [];
  const missing = objects.filter(({ state }) => state === "unmade" || state === "pending");
  return isUnfinished(one) ? [{ one, missing }] : [];
}

/**
 * An apply waits for pods before it goes on: where none can be made or run, that
 * is what has stopped it, and everything that it had yet to make is missing for that reason.
 */
function whatStopsIt({ one: { cluster }, missing }: Unfinished): readonly Subject[] {
  const namespaces = new Set([istioNamespace, ...missing.flatMap(({ id }) => id.namespace ?? [])]);
  return missing.some(({ state }) => state === "unmade")
    ? [storedWrites(cluster), nodes(cluster), ...[...namespaces].map((namespace) => newPods(cluster, namespace))]
    : [];
}

function describe({ one: { cluster }, missing }: Unfinished): string {
  const names = missing.slice(0, named).map(({ id }) => describeId(id));
  const more = missing.length - names.length;
  return missing.length === 0
    ? `${cluster} (whose objects are all there)`
    : `${cluster} (not there or not yet as asked: ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""})`;
}
