import type { NamesPlan, PlannedName } from "../../core/front-door/names-plan.ts";
import type { DnsStatus } from "../traffic/dns-status.ts";
import { addressChanges } from "../../core/front-door/names-plan.ts";

/** The names of a zone as part of a JSON document: what they have, who owns it, and what changes. */
export function namesFields({ zone, where, names, former }: NamesPlan): NamesDocument {
  return {
    zone,
    where,
    names: names.map(fieldsOf),
    ...(former === undefined ? {} : { former: former.map(fieldsOf) }),
  };
}

interface NamesDocument {
  readonly zone: string;
  readonly where: string;
  readonly names: readonly NameFields[];
  readonly former?: readonly NameFields[];
}

type NameFields = { readonly name: string } & Readonly<Record<string, unknown>>;

function fieldsOf(one: PlannedName): NameFields {
  return {
    name: one.name,
    state: one.kind,
    clusters: one.standings,
    ...("now" in one ? { addresses: one.now.addresses, owners: one.now.claims } : {}),
    ...(one.kind === "update" ? { changes: addressChanges(one).map(({ name: _, ...change }) => change) } : {}),
    ...(one.kind === "unchanged" ? {} : { diagnostics: one.diagnostics }),
  };
}

/** How the published names are, `kind: PublishedNames`. `answers` is by one request from this machine; absent for what was not asked. */
export function dnsStatusDocument({ mesh, names, sightings, unreachable, warnings }: DnsStatus): object {
  const { zone, where, names: all, former } = namesFields(names);
  return {
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "PublishedNames",
    mesh,
    zone,
    where,
    names: all.map((one) => ({
      ...one,
      answers: sightings.find(({ name }) => name === one.name)?.answered ?? {},
    })),
    ...(former === undefined ? {} : { former }),
    diagnostics: [...warnings, ...unreachable],
  };
}
