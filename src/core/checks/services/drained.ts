import { meshFileWords } from "../../mesh-file-words.ts";
import type { Drain } from "../../model/drain.ts";
import { quoteCommand } from "../../quote-command.ts";
import type { Check, Finding } from "../check.ts";
import { warning } from "../check.ts";
import type { MeshFacts } from "../facts.ts";

/** A drain is asked for, and forgotten easily: it stays until somebody ends it (docs/guides/drain.md). */
export const drained: Check = {
  id: "services/drained",
  sentence: "no cluster is taken out of traffic",
  pre: false,
  run: (facts) => {
    const drains = facts.mesh.services.flatMap((service) => service.drains ?? []);
    return facts.mesh.clusters.flatMap(({ name }) => {
      const here = drains.filter(({ cluster }) => cluster === name);
      const half = here.filter(({ stage }) => stage === "callers");
      const whole = here.filter(({ stage }) => stage === "all");
      return [
        ...(half.length === 0 ? [] : [halfDone(facts, name, half)]),
        ...(whole.length === 0 ? [] : [outOfTraffic(facts, name, whole)]),
      ];
    });
  },
};

function halfDone(facts: MeshFacts, cluster: string, drains: readonly Drain[]): Finding {
  return warning("ISM609", {
    detail: `A drain or an undrain of ${cluster} did not come to its end: callers of other clusters have left or are leaving ${describe(drains)} there, and its own callers have not.`,
    fix: `Whoever began it has to decide. Do the rest: ${commandOf(facts, "drain", cluster, drains)}. Put it back: ${commandOf(facts, "undrain", cluster, drains)}`,
    cluster,
  });
}

function outOfTraffic(facts: MeshFacts, cluster: string, drains: readonly Drain[]): Finding {
  return warning("ISM610", {
    detail: `${cluster} gets no requests for ${describe(drains)}.`,
    fix: `Whoever drained it has to decide when it serves again: ${commandOf(facts, "undrain", cluster, drains)}`,
    cluster,
  });
}

function describe(drains: readonly Drain[]): string {
  return drains.map(({ namespace, service, since }) => `${namespace}/${service} (since ${since})`).join(", ");
}

/** Without `--service` where it is about all services of the mesh file. */
function commandOf({ mesh }: MeshFacts, verb: string, cluster: string, drains: readonly Drain[]): string {
  const services = drains.length === mesh.services.length ? [] : drains;
  return quoteCommand([
    "isthmus",
    verb,
    cluster,
    ...services.flatMap(({ namespace, service }) => ["--service", `${namespace}/${service}`]),
    ...meshFileWords(mesh.file),
  ]);
}
