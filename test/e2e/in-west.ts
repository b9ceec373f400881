import { expect } from "vitest";
import { kubectl } from "./world.ts";

/** Runs kubectl against west; what it says is expected to be no failure. */
export async function run(args: readonly string[], input?: string): Promise<{ readonly out: string }> {
  const ran = await kubectl("west", args, input);
  expect(`${ran.code} ${ran.err}`).toMatch(/^0/);
  return ran;
}

/** Applies objects in west. */
export async function put(items: readonly object[]): Promise<void> {
  await run(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
}
