import { bringUp } from "../e2e/bring-up.ts";
import { frontDoorInstance } from "./front-door-world.ts";

/** One sandbox of two clusters with a front door for all files. */
export async function setup(): Promise<() => Promise<void>> {
  return bringUp(frontDoorInstance, "--front-door");
}
