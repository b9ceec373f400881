import { mkdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { Figure } from "../measure.ts";
import type { FleetBench } from "./fleet.ts";
import { benchFleet } from "./fleet.ts";

/**
 * The same fleets with the program of another checkout, size by size in turn,
 * against the same fake API servers. How a fleet is laid out is the other
 * checkout's own bench (its `test/bench/fleet/fleet.ts`), since its mesh files
 * and what it keeps in its cache may be others. Its `dist` must be built.
 */
export async function benchBeside(bench: FleetBench, checkout: string, add: (figure: Figure) => void): Promise<void> {
  const other = await loadBench(checkout);
  for (const size of bench.sizes) {
    const own: Figure[] = [];
    const theirs: Figure[] = [];
    await benchFleet({ ...bench, sizes: [size] }, (figure) => own.push(figure));
    const program = path.join(checkout, "dist", "isthmus.js");
    await other({ ...bench, program, sizes: [size] }, (figure) => theirs.push(figure));
    for (const { beside: _beside, ...figure } of own) {
      const before = theirs.find(({ name }) => name === figure.name);
      add({ ...figure, ...(before === undefined ? {} : { beside: { name: checkout, value: before.value } }) });
    }
  }
}

async function loadBench(checkout: string): Promise<typeof benchFleet> {
  const outfile = path.join(checkout, "dist", "bench-fleet.mjs");
  mkdirSync(path.dirname(outfile), { recursive: true });
  await build({
    entryPoints: [path.join(checkout, "test", "bench", "fleet", "fleet.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "warning",
    banner: {
      js: "import { createRequire as createRequire$ } from 'node:module'; const require = createRequire$(import.meta.url);",
    },
  });
  const { benchFleet: loaded } = (await import(pathToFileURL(outfile).href)) as {
    readonly benchFleet: typeof benchFleet;
  };
  return loaded;
}
