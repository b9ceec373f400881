import type { EventDescription } from "../../../src/engine/documents/event-reference.ts";

/** docs/reference/events.md: every event that a command can emit, from the table that has one entry for each. */
export function renderEventsPage(reference: Readonly<Record<string, EventDescription>>): string {
  const lines = [
    "<!-- Made from src/engine/documents/event-reference.ts by test/house/reference.test.ts; `UPDATE_GOLDEN=1 ./scripts/test house` writes it again. -->",
    "",
    "# Events",
    "",
    "`isthmus apply -o jsonl`, `isthmus remove -o jsonl` and `isthmus shift -o jsonl` print one JSON object per line on stdout and nothing else; what is asked and what went wrong stays on stderr. `--events-to FILE` appends the same lines to a file, whatever is printed; it is made readable to its owner only. `isthmus shift --on-event CMD|URL` [hands them on](../guides/shift.md#telling-others) while it goes on.",
    "",
    "```sh",
    'isthmus apply --yes -o jsonl | jq -r \'select(.event == "object.applied") | .cluster + " " + .object.name\'',
    "isthmus apply --yes --events-to /var/log/mesh.jsonl",
    "```",
    "",
    "The first line is the whole plan, the last one the summary with the exit code. A command that fails before it has a plan emits the summary only. Values of Secrets are fingerprints (`<redacted:sha256:…>`) everywhere.",
    "",
    "A file that cannot be opened or written (a full disk) is warned of once on stderr, with the reason, and the command goes on without it. Its last line may be cut then; the next run starts on a new one.",
    "",
    "## Every line",
    "",
    "| field | holds |",
    "| --- | --- |",
    "| `apiVersion` | `isthmus.dev/v1alpha1`; fields and events may be added within a version, none changes its meaning |",
    "| `kind` | `Event` |",
    "| `time` | when it was emitted, RFC 3339 in UTC |",
    "| `event` | one of those below |",
    "",
  ];
  for (const [name, { when, fields }] of Object.entries(reference)) {
    const rows = Object.entries(fields).map(([field, holds]) => `| \`${field}\` | ${holds} |`);
    lines.push(`## ${name}`, "", when, "", "| field | holds |", "| --- | --- |", ...rows, "");
  }
  return lines.join("\n");
}
