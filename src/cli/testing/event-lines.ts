import { expect } from "vitest";
import type { StreamedEvent } from "../../engine/documents/event.ts";
import { eventReference } from "../../engine/documents/event-reference.ts";

/** An event as its line of `-o jsonl` has it. */
export type EventLine = Readonly<Record<string, unknown>> & { readonly event: StreamedEvent["kind"] };

/** The events of a stream, each of whose lines has its end. */
export function eventLinesOf(text: string): readonly EventLine[] {
  expect(text.endsWith("\n")).toBe(true);
  return text
    .slice(0, -1)
    .split("\n")
    .map((line) => JSON.parse(line) as EventLine);
}

/** Expects that the events have only fields that the reference names. */
export function expectDocumented(lines: readonly EventLine[]): void {
  for (const line of lines) {
    const known = ["apiVersion", "kind", "time", "event", ...Object.keys(eventReference[line.event].fields)];
    expect(known).toEqual(expect.arrayContaining(Object.keys(line)));
  }
}
