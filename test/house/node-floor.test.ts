import { expect, it } from "vitest";
import { readText } from "./tracked-files.ts";

interface Package {
  readonly engines?: { readonly node?: string } | readonly string[];
  readonly version?: string;
  /** For tests and builds alone. */
  readonly dev?: boolean;
}

const manifest = JSON.parse(readText("package.json")) as {
  readonly engines: { readonly node: string };
  readonly devDependencies: Readonly<Record<string, string>>;
};
const { packages } = JSON.parse(readText("package-lock.json")) as {
  readonly packages: Readonly<Record<string, Package>>;
};
/** `20.18.1`: the oldest Node.js on which everything must work (docs/adr/0021-node-20-is-the-floor.md). */
const floor = manifest.engines.node.replace(/^>=/, "");
const [major = ""] = floor.split(".");

/** True when a range of package.json admits a version, by default the floor: `>=18`, `^20.19.0 || >=22.12.0`, `20 || >=22`, `*`. */
function admits(range: string, version = floor): boolean {
  const numbers = (text: string): readonly number[] => [...text.split(".").map(Number), 0, 0].slice(0, 3);
  const isBelow = (a: readonly number[], b: readonly number[]): boolean => {
    const index = a.findIndex((one, at) => one !== b[at]);
    return index !== -1 && (a[index] ?? 0) < (b[index] ?? 0);
  };
  const here = numbers(version);
  return range.split("||").some((alternative) =>
    [...alternative.matchAll(/(>=|<=|>|<|\^|~|=)?\s*v?(\d+(?:\.\d+)*|\*)/g)].every(([, sign = "", bound = ""]) => {
      if (bound === "*") {
        return true;
      }
      const wanted = numbers(bound);
      if (sign === ">=") {
        return !isBelow(here, wanted);
      }
      if (sign === ">") {
        return isBelow(wanted, here);
      }
      if (sign === "<" || sign === "<=") {
        return isBelow(here, wanted);
      }
      return here[0] === wanted[0] && !isBelow(here, wanted);
    }),
  );
}

it.each([
  [">=18", true],
  [">= 14.6", true],
  ["^20.18.0 || >=22", true],
  ["18 || 20 || >=22", true],
  ["*", true],
  [">=16 <23", true],
  [">=22.12.0", false],
  ["^22.12.0 || >=24", false],
])("knows whether %s admits the floor: %s", (range, expected) => {
  expect(admits(range)).toBe(expected);
});

it("is named alike wherever it is named", () => {
  const named = Object.fromEntries(
    ["scripts/bootstrap", "src/cli/bin.ts", "CONTRIBUTING.md"].map((file) => [
      file,
      [...new Set([...readText(file).matchAll(/Node\.js (\d+\.\d+\.\d+)/g)].map(([, version]) => version))],
    ]),
  );
  expect(named).toEqual({ "scripts/bootstrap": [floor], "src/cli/bin.ts": [floor], "CONTRIBUTING.md": [floor] });
  expect(readText("scripts/build.mjs")).toContain(`"node${major}"`);
  expect(manifest.devDependencies["@types/node"]).toMatch(new RegExp(`^${major}\\.`));
});

it("is enough for every package that the program is made of, and its newest release for every tool", () => {
  const ranges = Object.entries(packages).flatMap(([name, one]) => {
    const { node } = (Array.isArray(one.engines) ? {} : (one.engines ?? {})) as { readonly node?: string };
    return node === undefined ? [] : [{ name, node, version: one.dev === true ? `${major}.999.0` : floor }];
  });
  expect(ranges.length).toBeGreaterThan(50);
  expect(ranges.filter(({ node, version }) => !admits(node, version))).toEqual([]);
});

it("is pinned to majors that docs/adr/0021 names", () => {
  const decision = readText("docs/adr/0021-node-20-is-the-floor.md");
  const pins = ["commander", "undici", "@kubernetes/client-node", "@types/node", "vitest"];
  const said = pins.map((name) => {
    const [first = "", second = ""] = (packages[`node_modules/${name}`]?.version ?? "").split(".");
    return decision.includes(`| ${name} ${first}.${second}`) || decision.includes(`| ${name} ${first} `);
  });
  expect(said).toEqual(pins.map(() => true));
});
