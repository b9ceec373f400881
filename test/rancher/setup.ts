import { bringUp } from "../e2e/bring-up.ts";
import { rancherInstance } from "./rancher-world.ts";

/** One sandbox of two clusters for all files; the first of them puts a Rancher before it. */
export async function setup(): Promise<() => Promise<void>> {
  return bringUp(rancherInstance);
}
