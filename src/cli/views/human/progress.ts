import type { Progress } from "../../../core/progress.ts";
import type { OutputStream } from "../../terminal/context.ts";
import type { LiveView } from "../../terminal/share-stderr.ts";
import { displayWidth, truncateToWidth } from "./display-width.ts";
import type { Palette } from "../../terminal/palette.ts";

export interface ProgressOptions {
  readonly stream: OutputStream;
  readonly palette: Palette;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

interface Task {
  readonly name: string;
  readonly startedAt: number;
  readonly expectedSeconds: number | undefined;
  note: string;
  /** When something about it was last written; plain view only. */
  writtenAt: number;
}

interface Subject {
  readonly name: string;
  /** In the order of their start; the last is shown. */
  readonly tasks: Map<string, Task>;
  last: { readonly state: "done" | "failed"; readonly text: string } | undefined;
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const hideCursor = "\u001B[?25l";
const showCursor = "\u001B[?25h";
const redrawMs = 100;
const repeatMs = 15_000;

/**
 * One line per subject, redrawn in place: spinner, current task, elapsed and
 * expected time, latest note. Lines are cut to the terminal's width, and at a
 * redraw the old lines are counted at the width of now, so that a resize does
 * not leave rests. The last state stays when it stops.
 */
export function showLiveProgress(options: ProgressOptions): LiveView {
  const { stream, palette, now } = options;
  const subjects = new Map<string, Subject>();
  let drawn: readonly string[] = [];
  let stopped = false;

  const erase = (): string => {
    const columns = stream.columns ?? 80;
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / columns)), 0);
    drawn = [];
    return rows === 0 ? "" : `\u001B[${rows}A\r\u001B[J`;
  };
  const draw = (above = ""): void => {
    const before = erase();
    const lines = fitHeight([...subjects.values()], stream.rows ?? 24).map((subject) =>
      lineOf(subject, stream.columns ?? 80, now(), palette),
    );
    stream.write(before + above + lines.map((line) => `${line}\n`).join(""));
    drawn = lines;
  };
  const timer = setInterval(draw, redrawMs, "");
  timer.unref();
  stream.write(hideCursor);

  return {
    onProgress: (event) => {
      if (event.within === undefined) {
        track(subjects, event, now());
      }
    },
    writeAbove: (text) => draw(text),
    stop: () => {
      if (stopped) {
        return;
      }
      stopped = true;
      clearInterval(timer);
      draw();
      drawn = [];
      stream.write(showCursor);
    },
  };
}

/**
 * Plain lines with the time of day, for logs: a task's start, its end, and
 * every 15 seconds in between that it still runs and what it waits for.
 */
export function showPlainProgress(options: ProgressOptions): LiveView {
  const { stream, now } = options;
  const subjects = new Map<string, Subject>();
  const writeLine = (subject: string, text: string): void => {
    stream.write(`${timeOfDay(now())} ${subject}  ${text}\n`);
  };
  const timer = setInterval(() => {
    for (const subject of subjects.values()) {
      for (const task of subject.tasks.values()) {
        if (now() - task.writtenAt >= repeatMs) {
          task.writtenAt = now();
          writeLine(
            subject.name,
            `${task.name}: ${elapsedOf(task, now())} so far${task.note === "" ? "" : `, ${task.note}`}`,
          );
        }
      }
    }
  }, 1000);
  timer.unref();

  return {
    onProgress: (event) => {
      if (event.within !== undefined) {
        // People see the whole, with the notes of its parts.
        return;
      }
      track(subjects, event, now());
      const text = textOf(event);
      if (text !== undefined) {
        writeLine(event.subject, text);
      }
    },
    writeAbove: (text) => {
      stream.write(text);
    },
    stop: () => clearInterval(timer),
  };
}

/** What a log says of an event; a note waits until the task has run for a while. */
function textOf(event: Progress): string | undefined {
  switch (event.kind) {
    case "task.started":
      return event.expectedSeconds === undefined
        ? event.task
        : `${event.task} (about ${seconds(event.expectedSeconds)})`;
    case "task.done":
      return `${event.task}: done in ${seconds(event.seconds)}`;
    case "task.failed":
      return `${event.task}: failed: ${event.diagnostic.code} ${event.diagnostic.summary}`;
    case "task.note":
      return undefined;
  }
}

/** A progress view that shows nothing. */
export function showNoProgress(stream: OutputStream): LiveView {
  return { onProgress: () => {}, stop: () => {}, writeAbove: (text) => void stream.write(text) };
}

function track(subjects: Map<string, Subject>, event: Progress, at: number): void {
  const subject = subjects.get(event.subject) ?? {
    name: event.subject,
    tasks: new Map<string, Task>(),
    last: undefined,
  };
  subjects.set(event.subject, subject);
  switch (event.kind) {
    case "task.started":
      subject.tasks.set(event.task, {
        name: event.task,
        startedAt: at,
        expectedSeconds: event.expectedSeconds,
        note: "",
        writtenAt: at,
      });
      return;
    case "task.note": {
      const task = subject.tasks.get(event.task);
      if (task !== undefined) {
        task.note = event.note;
      }
      return;
    }
    case "task.done":
      subject.tasks.delete(event.task);
      subject.last = { state: "done", text: `${event.task}  ${seconds(event.seconds)}` };
      return;
    case "task.failed":
      subject.tasks.delete(event.task);
      subject.last = { state: "failed", text: `${event.task}: ${event.diagnostic.summary}` };
  }
}

/** Those that work come first when there is not room for all. */
function fitHeight(subjects: readonly Subject[], rows: number): readonly Subject[] {
  const room = Math.max(1, rows - 1);
  if (subjects.length <= room) {
    return subjects;
  }
  const working = subjects.filter((subject) => subject.tasks.size > 0 || subject.last?.state === "failed");
  const rest = subjects.filter((subject) => !working.includes(subject));
  return [...working, ...rest].slice(0, room);
}

function lineOf(subject: Subject, columns: number, at: number, palette: Palette): string {
  const task = [...subject.tasks.values()].at(-1);
  // The last column stays free: some terminals wrap when it is written to.
  const fit = (text: string): string => truncateToWidth(text, columns - 3);
  if (task !== undefined) {
    const frame = frames[Math.floor(at / redrawMs) % frames.length] ?? "";
    const expected = task.expectedSeconds === undefined ? "" : ` of about ${seconds(task.expectedSeconds)}`;
    const note = task.note === "" ? "" : `  ${task.note}`;
    return `${palette.changed(frame)} ${fit(`${subject.name}  ${task.name}  ${elapsedOf(task, at)}${expected}${note}`)}`;
  }
  const mark = subject.last?.state === "failed" ? palette.bad("×") : palette.good("√");
  return `${mark} ${fit(`${subject.name}  ${subject.last?.text ?? ""}`)}`;
}

function elapsedOf(task: Task, at: number): string {
  return seconds((at - task.startedAt) / 1000);
}

/** `12 s`, `3 min 5 s` */
function seconds(amount: number): string {
  const whole = Math.round(amount);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min${whole % 60 === 0 ? "" : ` ${whole % 60} s`}`;
}

function timeOfDay(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
