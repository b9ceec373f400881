import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";

/** As V8 writes it (https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile). */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

const shown = 10;

/** The ten functions of every profile in a folder in which most time was spent, without what they call. */
export function largestFrames(folder: string): string {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".cpuprofile"))
    .toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .map((name) => `${name}\n${describe(JSON.parse(readFileSync(path.join(folder, name), "utf8")) as Profile)}`)
    .join("\n");
}

function describe({ nodes, samples, timeDeltas }: Profile): string {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, number>();
  let busy = 0;
  samples.forEach((id, index) => {
    const { functionName = "", url = "" } = frames.get(id) ?? {};
    if (functionName === "(idle)") {
      return;
    }
    const name = `${functionName === "" ? "(anonymous)" : functionName} ${path.basename(url)}:${frames.get(id)?.lineNumber ?? 0}`;
    const time = timeDeltas[index] ?? 0;
    busy += time;
    times.set(name, (times.get(name) ?? 0) + time);
  });
  return [...times]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, shown)
    .map(([name, time]) => `  ${((100 * time) / busy).toFixed(1).padStart(5)} %  ${(time / 1e6).toFixed(2)} s  ${name}`)
    .join("\n");
}
