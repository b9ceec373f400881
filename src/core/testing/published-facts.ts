import { errorOf } from "../diagnostics/coded.ts";
import type { MeshFacts, NamesFacts } from "../checks/facts.ts";
import type { PlannedName } from "../front-door/names-plan.ts";
import type { NameOwners } from "../front-door/plan-name.ts";

const name = "app.example.test";
const standings = { west: "serving", east: "serving" } as const;

/** What a name has that leads to these clusters of the tests' mesh. */
export function ownedBy(clusters: Readonly<Record<string, string>>): NameOwners {
  return {
    claims: Object.entries(clusters).map(([cluster, address]) => ({ mesh: "sandbox", cluster, addresses: [address] })),
    addresses: Object.values(clusters).toSorted(),
  };
}

/** A name that is as its clusters are. */
export const rightName: PlannedName = {
  name,
  standings,
  kind: "unchanged",
  now: ownedBy({ west: "192.0.2.1", east: "192.0.2.2" }),
};

/** A name that would change from one set of addresses to another. */
export function changingName(
  now: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): PlannedName {
  return { name, standings, kind: "update", now: ownedBy(now), after: ownedBy(after), diagnostics: [] };
}

/** A name that external-dns owns. */
export const foreignName: PlannedName = {
  name,
  standings,
  kind: "refused",
  now: ownedBy({}),
  diagnostics: [
    {
      ...errorOf("ISM635"),
      detail: `${name} is written by external-dns (owner team, by the TXT record a-${name}).`,
      fix: "Let one of them write the name.",
    },
  ],
};

/** The facts of a mesh that publishes these names. */
export function withNames(
  facts: MeshFacts,
  names: readonly PlannedName[],
  change: Partial<NamesFacts> = {},
): MeshFacts {
  return { ...facts, names: { zone: "example.test", where: "192.0.2.53:53 with key isthmus", names, ...change } };
}
