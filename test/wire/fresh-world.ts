import type { FakeClusters, FakeClustersOptions } from "../../src/cli/testing/fake-clusters.ts";
import { startFakeClusters } from "../../src/cli/testing/fake-clusters.ts";
import type { Outcome } from "./comparable-store.ts";
import { outcomeOf } from "./comparable-store.ts";

/** Fresh clusters with controllers for as long as `use` runs, two unless `names` say others; the other options say how far the controllers are behind, and what their pods answer. */
export async function inFreshWorld<T>(
  use: (world: FakeClusters) => Promise<T>,
  {
    names = ["west", "east"],
    ...options
  }: Pick<FakeClustersOptions, "reactionMs" | "kinds" | "answer"> & { readonly names?: readonly string[] } = {},
): Promise<T> {
  const world = await startFakeClusters(names, { living: true, ...options });
  try {
    return await use(world);
  } finally {
    await world.close();
  }
}

/** What an apply leaves that nothing disturbs. */
export async function undisturbedOutcome(): Promise<Outcome> {
  return inFreshWorld(async (world) => {
    const ran = await world.run("apply --yes");
    if (ran.code !== 0) {
      throw new Error(`an apply that nothing disturbs fails: ${ran.err}`);
    }
    return outcomeOf(world);
  });
}
