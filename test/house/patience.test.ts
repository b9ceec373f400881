import { expect, it } from "vitest";
import { listFiles, readText } from "./tracked-files.ts";

/** A second that is enough on a desk is not on a machine that runs three groups of tests. */
const leastMs = 10_000;

const tests = listFiles()
  .filter((file) => file.endsWith(".test.ts") && file !== "test/house/patience.test.ts")
  .map((file) => ({ file, text: readText(file) }));

/** The text of the call whose parenthesis opens at `from`. */
function callAt(text: string, from: number): string {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    depth += text[at] === "(" ? 1 : text[at] === ")" ? -1 : 0;
    if (depth === 0) {
      return text.slice(from, at + 1);
    }
  }
  return text.slice(from);
}

/** In milliseconds: `{ timeout: 20_000 }`, `, 20_000)` or a constant of the file that has it. */
function patienceOf(call: string, text: string): number | undefined {
  const own = /timeout: ([\d_]+)/.exec(call) ?? /, ([\d_]+),?\s*\)$/.exec(call);
  const name = /, (\w+),?\s*\)$/.exec(call)?.[1];
  const said = own ?? new RegExp(`const ${name} = \\{ timeout: ([\\d_]+)`).exec(text);
  return said === null ? undefined : Number(said[1]?.replaceAll("_", ""));
}

function waitsIn(text: string, call: RegExp): readonly (number | undefined)[] {
  return [...text.matchAll(call)].map(({ 0: found, index }) =>
    patienceOf(callAt(text, index + found.length - 1), text),
  );
}

it("gives up on nothing within ten seconds, since vitest does so after one", () => {
  const hasty = tests.flatMap(({ file, text }) => {
    // What expect.poll waits for without saying so is in vitest.config.ts.
    const polls = waitsIn(text, /\bexpect\.poll\(/g).filter((one) => one !== undefined);
    const waits = [...polls, ...waitsIn(text, /\bvi\.wait(?:For|Until)\(/g)];
    return waits.filter((one) => (one ?? 0) < leastMs).map((one) => `${file}: ${one ?? "1000"} ms`);
  });
  expect(hasty).toEqual([]);
});

it("has no test with less time than its group gives it", () => {
  const groups = { "src/": 180_000, "test/wire/": 240_000, "test/e2e/": 300_000, "test/rancher/": 300_000 };
  const hurried = tests.flatMap(({ file, text }) => {
    const given = Object.entries(groups).find(([folder]) => file.startsWith(folder))?.[1] ?? 0;
    const own = [/^ *\}, ([\d_]+)\);$/gm, /\{ timeout: ([\d_]+) \},\s*(?:async )?\(\)/g]
      .flatMap((form) => [...text.matchAll(form)])
      .map(([, ms = ""]) => Number(ms.replaceAll("_", "")));
    return own.filter((ms) => ms < given).map((ms) => `${file}: ${ms} ms`);
  });
  expect(hurried).toEqual([]);
});
