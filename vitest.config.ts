import { defineConfig } from "vitest/config";
import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";
import { CountTests } from "./scripts/count-tests.ts";
import { SlowestTests } from "./scripts/slowest-tests.ts";
import { leftOutToday } from "./test/files-of-today.ts";

const leftOut = leftOutToday(process.argv.slice(2));
/** A real Designate takes 120 Python packages and answers one request after the other. */
const slow = "test/wire/dns-designate.test.ts";
const isSlowAsked = process.env["ISTHMUS_TESTS"] === "all" || process.argv.some((one) => one.includes("dns-designate"));

/** Files by name: the end-to-end tests tell one story, and a failing run is the same each time. */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => (a.moduleId < b.moduleId ? -1 : 1));
  }
}

export default defineConfig({
  test: {
    reporters: ["default", new CountTests(), new SlowestTests()],
    sequence: { sequencer: ByName },
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts"],
          pool: "threads",
          // Modules are loaded once per worker and not once per file: half of the processor time. No test replaces a module or leaves state in one.
          isolate: false,
          // On two cores vitest takes one worker, and these tests wait a good deal.
          maxWorkers: 3,
          // A test must not fail because a machine is slow: these end what hangs, and say nothing of how long a test takes.
          testTimeout: 180_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 60_000 } },
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "house",
          include: ["test/house/**/*.test.ts"],
          exclude: [...leftOut],
          maxWorkers: 3,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "wire",
          include: ["test/wire/**/*.test.ts"],
          exclude: [...leftOut, ...(isSlowAsked ? [] : [slow])],
          pool: "forks",
          maxWorkers: 3,
          testTimeout: 240_000,
          hookTimeout: 240_000,
          expect: { poll: { timeout: 60_000 } },
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts", "test/faults/**/*.test.ts"],
          exclude: ["test/e2e/54-api-server-restart.test.ts", ...leftOut],
          globalSetup: ["test/e2e/setup.ts"],
          setupFiles: ["test/e2e/heal-after-failure.ts"],
          pool: "forks",
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 3 },
        },
      },
      {
        // A sandbox of its own, so that scripts/test runs it beside the others.
        test: {
          name: "rancher",
          include: ["test/rancher/**/*.test.ts"],
          exclude: [...leftOut],
          globalSetup: ["test/rancher/setup.ts"],
          pool: "forks",
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 4 },
        },
      },
      {
        // Slow proofs, run by `npm run test:soak` only.
        test: {
          name: "soak",
          include: ["test/soak/**/*.test.ts", "test/e2e/54-api-server-restart.test.ts"],
          globalSetup: ["test/e2e/setup.ts"],
          pool: "forks",
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          sequence: { groupOrder: 5 },
        },
      },
      {
        // A sandbox with a front door, whose parts are compiled the first time; with the soak tests.
        test: {
          name: "front-door",
          include: ["test/front-door/**/*.test.ts"],
          globalSetup: ["test/front-door/setup.ts"],
          pool: "forks",
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          sequence: { groupOrder: 7 },
        },
      },
      {
        // Three clusters, of which two share a network; with the soak tests.
        test: {
          name: "flat",
          include: ["test/flat/**/*.test.ts"],
          globalSetup: ["test/flat/setup.ts"],
          pool: "forks",
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 8 },
        },
      },
      {
        // Beside other engines of NetworkPolicies, which a Go program asks; with the soak tests, and without a sandbox.
        test: {
          name: "policies",
          include: ["test/network-policies/**/*.test.ts"],
          pool: "forks",
          testTimeout: 1_800_000,
          hookTimeout: 1_800_000,
          sequence: { groupOrder: 6 },
        },
      },
    ],
  },
});
