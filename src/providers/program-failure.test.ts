import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { programFailure } from "./program-failure.ts";

const run = promisify(execFile);

async function failureOf(
  script: string,
  options: { readonly timeout?: number; readonly maxBuffer?: number } = {},
): Promise<unknown> {
  return run(process.execPath, ["-e", script], options).then(
    () => undefined,
    (error: unknown) => error,
  );
}

it("has the words of a program that says no, and the fix for what it says", async () => {
  const error = await failureOf("console.error('no such profile'); process.exit(1)");
  expect(programFailure(error, "helm", "Correct the values.")).toEqual({
    words: "no such profile",
    fix: "Correct the values.",
  });
});

it("does not blame what a program was given where it was stopped for taking too long", async () => {
  const error = await failureOf("setInterval(() => undefined, 1000)", { timeout: 50 });
  const { words, fix } = programFailure(error, "helm", "Correct the values.");
  expect(words).toBe("helm did not end within 5 minutes, and was stopped");
  expect(fix).toContain("Run the same command again");
});

it("says of one that writes more than is read that it was that, and not its time", async () => {
  const error = await failureOf("console.log('x'.repeat(100_000))", { maxBuffer: 10 });
  expect(programFailure(error, "helm", "Correct the values.")).toEqual({
    words: "stdout maxBuffer length exceeded",
    fix: "Correct the values.",
  });
});
