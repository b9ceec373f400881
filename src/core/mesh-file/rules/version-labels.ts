import type { MeshDraft } from "../draft.ts";
import { entriesOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { servicesOf } from "../walk-draft.ts";
import { findRepeated } from "./find-repeated.ts";

/** The versions of a service select different pods. */
export function checkVersionLabels(draft: MeshDraft): readonly Finding[] {
  return [...checkSameLabels(draft), ...checkFewerLabels(draft)];
}

/** Labels that are a part of another version's select that version's pods too. */
function checkFewerLabels(draft: MeshDraft): readonly Finding[] {
  return servicesOf(draft).flatMap(({ value, path }) => {
    const versions = entriesOf(value.versions).map(([name, { labels }]) => ({
      name,
      labels: entriesOf(labels ?? { version: name }),
    }));
    return versions.flatMap(({ name, labels }): readonly Finding[] => {
      const inside = versions.find(
        (other) =>
          other.labels.length > labels.length &&
          labels.every(([key, text]) => other.labels.some(([one, its]) => one === key && its === text)),
      );
      return inside === undefined
        ? []
        : [
            {
              code: "ISM138",
              path: [...path, "versions", name],
              at: "key",
              detail: `The labels of version ${name} (${labels.map(([key, text]) => `${key}=${text}`).join(", ") || "none"}) are among those of ${inside.name}, so that it has the pods of ${inside.name} too and gets requests that are meant for its own.`,
              other: [...path, "versions", inside.name],
              fix: "Give each version labels that only its own pods have.",
            },
          ];
    });
  });
}

function checkSameLabels(draft: MeshDraft): readonly Finding[] {
  return servicesOf(draft).flatMap(({ value, path }) =>
    findRepeated(entriesOf(value.versions), ([name, version]) => writeLabels(version.labels ?? { version: name })).map(
      ({ item: [name, version], first: [other] }) => ({
        code: "ISM138",
        path: [...path, "versions", name, ...(version.labels === undefined ? [] : ["labels"])],
        ...(version.labels === undefined ? { at: "key" as const } : {}),
        detail: `Versions ${other} and ${name} select pods by the same labels (${writeLabels(version.labels ?? { version: name }) || "none"}), so weights between them would not do anything.`,
        other: [...path, "versions", other],
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
