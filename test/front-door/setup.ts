import { bringUp } from "../e2e/bring-up.ts";
import { freshFolder, isthmus } from "../e2e/world.ts";
import { frontDoorInstance, frontDoorWorld, writeDoorMesh } from "./front-door-world.ts";

/** One sandbox of two clusters with a front door for all files, and Istio in it: no test's time is that of its installation. */
export async function setup(): Promise<() => Promise<void>> {
  const takeDown = await bringUp(frontDoorInstance, "--front-door");
  const file = writeDoorMesh(await frontDoorWorld(), freshFolder(), { issuers: [], routes: [] });
  const apply = ["apply", "-f", file, "--yes", "--prune", "--force-conflicts"];
  const applied = await isthmus(apply, { timeoutMs: 20 * 60_000 });
  if (applied.code !== 0) {
    await takeDown();
    throw new Error(`the tests' mesh did not come up:\n${applied.err}`);
  }
  return takeDown;
}
