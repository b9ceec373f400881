import { writeFileSync } from "node:fs";
import type { Reporter, TestCase, TestModule, TestSuite } from "vitest/node";

/** How a whole run ended, in numbers. */
export interface TestCount {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Counts a run. What failed outside of a test counts as a failed test too: a
 * file that does not load, a suite's hook, an error that nobody caught, and a
 * run in which no test ran at all.
 */
export function countTests(modules: readonly TestModule[], unhandledErrors: number): TestCount {
  const tests = modules.flatMap((one): readonly TestCase[] => [...one.children.allTests()]);
  const groups = modules.flatMap((one): readonly (TestModule | TestSuite)[] => [one, ...one.children.allSuites()]);
  const states = tests.map((test) => test.result().state);
  const passed = states.filter((state) => state === "passed").length;
  // A test that never ended ("pending") is not a pass.
  const failedTests = states.filter((state) => state === "failed" || state === "pending").length;
  const failed = failedTests + groups.filter((one) => one.errors().length > 0).length + unhandledErrors;
  const skipped = states.filter((state) => state === "skipped").length;
  return { passed, failed: passed + failed === 0 ? 1 : failed, skipped };
}

/** Leaves the count in the file that `scripts/test` names, which prints it as the last line. */
export class CountTests implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const { passed, failed, skipped } = countTests(modules, unhandledErrors.length);
    if (failed > 0) {
      process.exitCode = 1;
    }
    const file = process.env["ISTHMUS_TEST_COUNT"];
    if (file !== undefined) {
      writeFileSync(file, `${passed} ${failed} ${skipped}\n`);
    }
  }
}
