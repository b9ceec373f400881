import { existsSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { listFiles, readText, root } from "./tracked-files.ts";

const self = "test/house/words.test.ts";
// What no file may carry: paths of one machine, and addresses of package registries (each user has their own).
const forbidden: readonly (readonly [string, RegExp])[] = [
  ["a home folder", /(?<![\w.$}])\/(?:root|home\/[a-z][\w-]*)\//],
  ["a folder of one machine", /(?<![\w.$}])\/(?:work|workspace)\//],
  [
    "a package registry",
    /\b(?:registry\.npmjs\.org|registry\.yarnpkg\.com|npm\.pkg\.github\.com|files\.pythonhosted\.org|pypi\.org\/(?:simple|pypi)|proxy\.golang\.org|goproxy\.\w+)\b/,
  ],
  ["a private key", /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\n[A-Za-z0-9+/]{40}/],
];

it.each(forbidden)("carries nowhere %s", (_, pattern) => {
  const found = listFiles()
    .filter((file) => file !== self && !/\.(png|ico|woff2?|gz|tgz)$/.test(file))
    .flatMap((file) => {
      const match = pattern.exec(readText(file));
      return match === null ? [] : [`${file}: ${match[0].split("\n")[0]}`];
    });
  expect(found).toEqual([]);
});

const written = listFiles().filter((file) => file !== self && /\.(?:ts|mjs|md|yaml|sh)$/.test(file));
const guide = "CONTRIBUTING.md";
/** The table of words in CONTRIBUTING: what is not written any more, and what is instead. */
const words = [...readText(guide).matchAll(/^\| `([^`]+)`\s*\| ([^|]+?)\s*\|$/gm)].map(
  ([, not = "", but = ""]) => [not, but] as const,
);

it("has a list of words", () => {
  expect(words.length).toBeGreaterThan(10);
});

it.each(words)("does not say %s, but: %s", (not) => {
  const found = written.filter((file) => file !== guide && readText(file).includes(not));
  expect(found).toEqual([]);
});

it.each([
  ["an before a name that begins with a vowel", /(?<![\w.$'])[Aa] [`"]?(?!On)(?:[AEIO][a-z]\w*|API|IP|ISM\d|OIDC)\b/],
  ["a before a name that begins with a consonant", /(?<![\w.$'])[Aa]n [`"]?[BCDGJKPQTVWZ][a-z]\w*\b/],
])("writes %s", (_, wrong) => {
  const found = written.flatMap((file) => {
    const match = wrong.exec(readText(file));
    return match === null ? [] : [`${file}: ${match[0]}`];
  });
  expect(found).toEqual([]);
});

const code = written.filter((file) => /^(?:src|test|scripts)\//.test(file));

it("cites no document that the repository does not have", () => {
  const unknown = /\bfacts (?:S?\d+\.?\d*)\b|\bpain \d+\b|\b(?:design|house|style|review)\.md\b|\bcontract\/[a-z]+/;
  const found = code.flatMap((file) => {
    const match = unknown.exec(readText(file));
    return match === null ? [] : [`${file}: ${match[0]}`];
  });
  expect(found).toEqual([]);
});

it("cites pages and decisions that are there", () => {
  const decisions = listFiles("docs/adr");
  const missing = code.flatMap((file) =>
    [...readText(file).matchAll(/\bdocs\/(?:adr\/(\d{4})|[\w/-]+\.md\b)/g)]
      .filter(([cited, number]) =>
        number === undefined
          ? !existsSync(path.join(root, cited))
          : !decisions.some((one) => one.startsWith(`docs/adr/${number}-`)),
      )
      .map(([cited]) => `${file}: ${cited}`),
  );
  expect(missing).toEqual([]);
});
