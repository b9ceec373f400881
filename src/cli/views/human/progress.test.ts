import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Progress } from "../../../core/progress.ts";
import { paletteFor } from "../../terminal/palette.ts";
import { showLiveProgress, showPlainProgress } from "./progress.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: new Date(2026, 0, 1, 12, 0, 0) });
});
afterEach(() => {
  vi.useRealTimers();
});

const started = (subject: string, task: string, expectedSeconds?: number): Progress => ({
  kind: "task.started",
  subject,
  task,
  ...(expectedSeconds === undefined ? {} : { expectedSeconds }),
});

describe("showPlainProgress", () => {
  function plain(): { view: ReturnType<typeof showPlainProgress>; lines: () => readonly string[] } {
    let text = "";
    const stream = { write: (more: string) => (text += more) };
    return {
      view: showPlainProgress({ stream, palette: paletteFor(false), now: () => Date.now() }),
      lines: () => text.trimEnd().split("\n"),
    };
  }

  it("tells start and end with the time of day, and every 15 seconds what it waits for", () => {
    const { view, lines } = plain();
    view.onProgress(started("west", "istio: control plane", 40));
    view.onProgress({
      kind: "task.note",
      subject: "west",
      task: "istio: control plane",
      note: "waiting for Deployment istiod",
    });
    vi.advanceTimersByTime(31_000);
    view.onProgress({ kind: "task.done", subject: "west", task: "istio: control plane", seconds: 31 });
    view.stop();
    vi.advanceTimersByTime(60_000);
    expect(lines()).toEqual([
      "12:00:00 west  istio: control plane (about 40 s)",
      "12:00:15 west  istio: control plane: 15 s so far, waiting for Deployment istiod",
      "12:00:30 west  istio: control plane: 30 s so far, waiting for Deployment istiod",
      "12:00:31 west  istio: control plane: done in 31 s",
    ]);
  });

  it("names the code of a failure", () => {
    const { view, lines } = plain();
    view.onProgress(started("east", "join"));
    view.onProgress({
      kind: "task.failed",
      subject: "east",
      task: "join",
      diagnostic: { code: "ISM304", severity: "error", summary: "istiod does not see the other clusters", detail: "" },
    });
    view.stop();
    expect(lines().at(-1)).toBe("12:00:00 east  join: failed: ISM304 istiod does not see the other clusters");
  });
});

describe("showLiveProgress", () => {
  function live(columns: number): {
    view: ReturnType<typeof showLiveProgress>;
    screen: () => readonly string[];
    raw: () => string;
    resize: (to: number) => void;
  } {
    const terminal = { raw: "", columns, rows: 24 };
    const stream = {
      write: (text: string) => (terminal.raw += text),
      isTTY: true,
      get columns() {
        return terminal.columns;
      },
      rows: 24,
    };
    return {
      view: showLiveProgress({ stream, palette: paletteFor(false), now: () => Date.now() }),
      screen: () => screenOf(terminal.raw),
      raw: () => terminal.raw,
      resize: (to) => {
        terminal.columns = to;
      },
    };
  }

  it("keeps one line per subject: the current task while it runs, the last one when it is done", () => {
    const { view, screen } = live(80);
    view.onProgress(started("west", "trust: cacerts"));
    view.onProgress(started("east", "istio: control plane", 90));
    vi.advanceTimersByTime(12_000);
    expect(screen().map(withoutSpinner)).toEqual([
      "west  trust: cacerts  12 s",
      "east  istio: control plane  12 s of about 1 min 30 s",
    ]);
    view.onProgress({ kind: "task.done", subject: "west", task: "trust: cacerts", seconds: 12.4 });
    view.stop();
    expect(screen()).toEqual([
      "√ west  trust: cacerts  12 s",
      "⠋ east  istio: control plane  12 s of about 1 min 30 s",
    ]);
  });

  it("cuts a line to the terminal's width", () => {
    const { view, screen } = live(30);
    view.onProgress(started("west", "waiting for something with a very long name"));
    vi.advanceTimersByTime(100);
    expect(screen()[0]?.length).toBeLessThan(30);
    expect(screen()[0]).toMatch(/…$/);
    view.stop();
  });

  it("goes up by as many rows as the old lines take after the terminal got narrower", () => {
    const { view, raw, resize } = live(80);
    view.onProgress(started("west", "x".repeat(60)));
    vi.advanceTimersByTime(100);
    resize(40);
    vi.advanceTimersByTime(100);
    expect(raw()).toContain("\u001B[2A\r\u001B[J");
    view.stop();
  });

  it("lets other lines pass above the live ones", () => {
    const { view, screen } = live(80);
    view.onProgress(started("west", "join"));
    vi.advanceTimersByTime(100);
    view.writeAbove("a remark\n");
    expect(screen().map(withoutSpinner)).toEqual(["a remark", "west  join  0 s"]);
    view.stop();
  });

  it("gives the cursor back when it stops, once", () => {
    const { view, raw } = live(80);
    view.stop();
    view.stop();
    expect(raw().split("\u001B[?25h")).toHaveLength(2);
  });
});

function withoutSpinner(line: string): string {
  return line.replace(/^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] /, "");
}

/** What is on the screen after all of it was written: understands "up N and erase below" only. */
function screenOf(raw: string): readonly string[] {
  const lines: string[] = [];
  for (const part of raw.split(/(?=\u001B\[\d+A\r\u001B\[J)/)) {
    const [, up] = /^\u001B\[(\d+)A/.exec(part) ?? [];
    lines.splice(lines.length - Number(up ?? 0));
    lines.push(...stripVTControlCharacters(part).replaceAll("\r", "").split("\n").slice(0, -1));
  }
  return lines;
}
