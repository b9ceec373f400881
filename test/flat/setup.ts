import { bringUp } from "../e2e/bring-up.ts";
import { flatInstance } from "./flat-world.ts";

/** One sandbox of three clusters for all files: pods of west and east reach each other, those of north nobody's. */
export async function setup(): Promise<() => Promise<void>> {
  return bringUp(flatInstance, "--names", "west,east,north", "--flat=west,east");
}
