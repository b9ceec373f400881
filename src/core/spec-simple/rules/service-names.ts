import { findDuplicates } from "./find-duplicates.ts";
import type { Rule } from "./rule.ts";

/** One entry per service: its weights live in one place. */
export const checkServiceNames: Rule = (mesh, source) =>
  findDuplicates(mesh.spec.services, (service) => `${service.namespace}/${service.name}`).map(({ index, first, key }) => ({
    code: "ISM126",
    severity: "error",
    summary: "Duplicate service",
    detail: `${key} is already spec.services[${first}] (line ${source.locate(["spec", "services", first]).start.line}).`,
    fix: "Put all versions and routes of a service into one entry.",
    range: source.locate(["spec", "services", index, "name"]),
  }));
