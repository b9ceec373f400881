import type { StreamedEvent } from "../../engine/documents/event.ts";
import { eventLine } from "../../engine/documents/event.ts";
import type { CliContext } from "../terminal/context.ts";
import { openEventsFile } from "./events-file.ts";

/** Where the events of a command that changes clusters go. */
export interface EventTargets {
  /** `jsonl`: stdout is the stream and nothing else. */
  readonly output: "text" | "jsonl";
  /** `--events-to` */
  readonly eventsTo: string | undefined;
  /** `--on-event`, where a command has it. */
  readonly hook?: LineTarget | undefined;
}

/** What a command that changes clusters prints for people. */
interface ResultView<Plan, Result> {
  /** What is about to be done, before anybody is asked. */
  readonly plan: (plan: Plan) => void;
  readonly result: (result: Result) => void;
}

/** What it prints for programs. */
export interface EventView {
  /** Everything as it happens; the plan first, the summary last. */
  readonly event: (event: StreamedEvent) => void;
  /** Ends what the view has open, once what it was given is where it belongs. */
  readonly close: () => Promise<void>;
}

/** What a command that changes clusters prints: texts for people, events for programs, or both at once. */
export type ChangeView<Plan, Result> = ResultView<Plan, Result> & EventView;

/** The texts of one command for people. */
export interface ChangeTexts<Plan, Result> {
  readonly plan: (plan: Plan) => string;
  readonly result: (result: Result) => string;
}

/** The view that `-o` and `--events-to` ask for: with a file both at once. */
export function changeView<Plan, Result>(
  { output, eventsTo, hook }: EventTargets,
  texts: ChangeTexts<Plan, Result>,
  context: CliContext,
): ChangeView<Plan, Result> {
  const file = eventsTo === undefined ? [] : [openEventsFile(eventsTo, context)];
  const others = hook === undefined ? file : [...file, hook];
  const stdout = { write: context.stdout.write.bind(context.stdout), close: () => {} };
  const views: Readonly<Record<typeof output, () => ChangeView<Plan, Result>>> = {
    text: () => ({ ...textView(texts, context), ...eventView(others, context.now) }),
    jsonl: () => ({ plan: () => {}, result: () => {}, ...eventView([stdout, ...others], context.now) }),
  };
  return views[output]();
}

function textView<Plan, Result>(
  texts: ChangeTexts<Plan, Result>,
  { print }: Pick<CliContext, "print">,
): ResultView<Plan, Result> {
  return {
    plan: (plan) => print(texts.plan(plan)),
    result: (result) => print(texts.result(result)),
  };
}

/** Takes lines of JSON, each with its end. */
interface LineTarget {
  readonly write: (line: string) => unknown;
  readonly close: () => Promise<void> | void;
}

/** Every target gets the same bytes. */
function eventView(targets: readonly LineTarget[], now: () => number): EventView {
  return {
    event: (event) => {
      if (targets.length > 0) {
        const line = `${eventLine(event, now())}\n`;
        targets.forEach((target) => target.write(line));
      }
    },
    close: async () => {
      for (const target of targets) {
        await target.close();
      }
    },
  };
}
