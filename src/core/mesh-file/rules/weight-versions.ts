import { suggestName } from "../../diagnostics/suggest.ts";
import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { showValue } from "../show-value.ts";
import { routesOf } from "../walk-draft.ts";

/** Weights are for versions of the service. */
export function checkWeightVersions(draft: MeshDraft): readonly Finding[] {
  return routesOf(draft).flatMap(({ value, path, service }) => {
    const versions = Object.keys(service.versions ?? {});
    // Versions that could not be read at all are reported for that.
    const unreadable = service.versions === undefined && "versions" in service;
    return Object.keys(value.weights ?? {})
      .filter((version) => !unreadable && !versions.includes(version))
      .map((version) => ({
        code: "ISM129" as const,
        path: [...path, "weights", version],
        at: "key" as const,
        detail: `${service.name ?? "The service"} has no version ${showValue(version)}${versions.length === 0 ? "; it has no versions at all" : ""}.`,
        fix: suggestVersion(version, versions),
      }));
  });
}

/** What to write instead of a version that does not exist. */
export function suggestVersion(version: string, versions: readonly string[]): string {
  const near = suggestName(version, versions);
  if (near !== undefined) {
    return `Did you mean ${near}?`;
  }
  return versions.length === 0
    ? "Add the versions of the service under versions."
    : `Use one of its versions: ${versions.join(", ")}.`;
}
