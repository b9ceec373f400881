import type { Reporter, TestModule } from "vitest/node";

/** A test by its place, with how long it took. */
export interface Timed {
  readonly group: string;
  readonly file: string;
  readonly name: string;
  readonly seconds: number;
}

/**
 * What a run says of its time: how long the files of each group took, added up
 * (files of one group that ran side by side count twice), and the ten slowest
 * tests. Lines of text, slowest first.
 */
export function describeTimes(tests: readonly Timed[], groups: ReadonlyMap<string, number>): readonly string[] {
  const slowest = tests.toSorted((a, b) => b.seconds - a.seconds).slice(0, 10);
  const text = (seconds: number): string => `${seconds.toFixed(1).padStart(6)} s`;
  return [
    "Time of each group's files:",
    ...[...groups].toSorted(([, a], [, b]) => b - a).map(([group, seconds]) => `${text(seconds)}  ${group}`),
    "The slowest tests:",
    ...slowest.map((one) => `${text(one.seconds)}  ${one.group}  ${one.file}: ${one.name}`),
  ];
}

/** Prints the times at the end of a run. */
export class SlowestTests implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const groups = new Map<string, number>();
    const tests = modules.flatMap((one): readonly Timed[] => {
      const group = one.project.name;
      const { collectDuration, duration } = one.diagnostic();
      groups.set(group, (groups.get(group) ?? 0) + (collectDuration + duration) / 1000);
      return [...one.children.allTests()].map((test) => ({
        group,
        file: one.relativeModuleId,
        name: test.name,
        seconds: (test.diagnostic()?.duration ?? 0) / 1000,
      }));
    });
    process.stdout.write(`\n${describeTimes(tests, groups).join("\n")}\n`);
  }
}
