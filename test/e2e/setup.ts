import { bringUp } from "./bring-up.ts";
import { folder, instance, writeMeshFile } from "./world.ts";

/** One sandbox of two clusters for all files, and the mesh file that they share. */
export async function setup(): Promise<() => Promise<void>> {
  const takeDown = await bringUp(instance);
  writeMeshFile(folder());
  return takeDown;
}
