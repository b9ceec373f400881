import { suggestName } from "../../diagnostics/suggest.ts";
import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { Path } from "../path.ts";
import { describePath } from "../path.ts";
import { showValue } from "../show-value.ts";
import { clustersOf, routesOf, servicesOf } from "../walk-draft.ts";

/** Whoever names a region names that of a cluster; and a region does not take over for itself. */
export function checkRegions(draft: MeshDraft): readonly Finding[] {
  const known = [...new Set(clustersOf(draft).flatMap(({ value }) => value.region ?? []))];
  const named: { readonly name: string; readonly path: Path }[] = [
    ...routesOf(draft).flatMap(({ value, path }) =>
      itemsOf(value.match?.fromRegions).map(([index, name]) => ({
        name,
        path: [...path, "match", "fromRegions", index],
      })),
    ),
    ...failoversOf(draft).flatMap(({ value, path }) =>
      (["from", "to"] as const).flatMap((end) => {
        const name = value[end];
        return name === undefined ? [] : [{ name, path: [...path, end] }];
      }),
    ),
  ];
  const unknown = named
    .filter(({ name }) => !known.includes(name))
    .map(({ name, path }) => describeUnknown(name, path, known));
  const circular = failoversOf(draft)
    .filter(({ value }) => value.from !== undefined && value.from === value.to)
    .map(({ value, path }) => ({
      code: "ISM135" as const,
      path: [...path, "to"],
      detail: `Region ${value.to} cannot take over for itself.`,
      fix: "Name another region.",
    }));
  return [...unknown, ...circular];
}

function failoversOf(draft: MeshDraft) {
  return servicesOf(draft).flatMap(({ value, path }) =>
    itemsOf(value.failover?.regions).map(([index, direction]) => ({
      value: direction,
      path: [...path, "failover", "regions", index],
    })),
  );
}

function describeUnknown(name: string, path: Path, known: readonly string[]): Finding {
  const near = suggestName(name, known);
  return {
    code: "ISM135",
    path,
    detail: `${describePath(path)} is ${showValue(name)}, and no cluster has that region${known.length === 0 ? "; none of spec.clusters has a region at all" : ""}. It would never apply.`,
    fix:
      near === undefined ? "Correct the name, or add region to the clusters that are there." : `Did you mean ${near}?`,
  };
}
