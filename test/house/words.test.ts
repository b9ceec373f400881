import { expect, it } from "vitest";
import { listFiles, readText } from "./tracked-files.ts";

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
