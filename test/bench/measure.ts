import { execFile } from "node:child_process";
import { performance } from "node:perf_hooks";

/** One figure of a benchmark run, in seconds or mebibytes, beside what it is held against. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: "s" | "MiB";
  /** The figure to reach (issue: walking skeleton). */
  readonly goal: number;
  /** What it is compared with, measured in the same run or known from the shell proof. */
  readonly beside?: { readonly name: string; readonly value: number };
}

/** Runs a command to its end; throws with its output when it fails. Returns wall seconds and stdout. */
export async function timed(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  allowed: readonly number[] = [0],
): Promise<{ seconds: number; out: string }> {
  const started = performance.now();
  const out = await new Promise<string>((resolve, reject) => {
    execFile(file, [...args], { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      if (allowed.includes(code)) {
        resolve(stdout);
      } else {
        reject(new Error(`${file} ${args.join(" ")} ended with ${code}\n${stdout}\n${stderr}`));
      }
    });
  });
  return { seconds: (performance.now() - started) / 1000, out };
}

/** The middle one of several runs. */
export async function median(runs: number, once: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    values.push(await once());
  }
  return middle(values);
}

export function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** The figures as a table; a ratio is value to what it stands beside, from the same run. */
export function showFigures(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    `${round(figure.value)} ${figure.unit}`,
    `${figure.value <= figure.goal ? "√" : "×"} ${round(figure.goal)} ${figure.unit}`,
    figure.beside === undefined
      ? ""
      : `${figure.beside.name}: ${round(figure.beside.value)} ${figure.unit} (ratio ${(figure.value / figure.beside.value).toFixed(2)})`,
  ]);
  const head = ["FIGURE", "MEASURED", "GOAL", "BESIDE"];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
