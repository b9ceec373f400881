import type { MeshDraft } from "../draft.ts";
import { entriesOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { servicesOf } from "../walk-draft.ts";
import { findRepeated } from "./find-repeated.ts";

/** The versions of a service select different pods. */
export function checkVersionLabels(draft: MeshDraft): readonly Finding[] {
  return servicesOf(draft).flatMap(({ value, path }) =>
    findRepeated(entriesOf(value.versions), ([name, version]) => writeLabels(version.labels ?? { version: name })).map(
      ({ item: [name, version], first: [other] }) => ({
        code: "ISM138",
        path: [...path, "versions", name, ...(version.labels === undefined ? [] : ["labels"])],
        ...(version.labels === undefined ? { at: "key" as const } : {}),
        detail: `Versions ${other} and ${name} select pods by the same labels (${writeLabels(version.labels ?? { version: name }) || "none"}), so weights between them would not do anything.`,
        fix: "Give each version labels that only its own pods have.",
      }),
    ),
  );
}

function writeLabels(labels: { readonly [key: string]: string | undefined }): string {
  return entriesOf(labels)
    .map(([key, value]) => `${key}=${value}`)
    .toSorted()
    .join(", ");
}
