import { describe, expect, it } from "vitest";
import { cacheFolder } from "./cache-folder.ts";

describe("the cache folder", () => {
  const cases: [string, Record<string, string>, string][] = [
    [
      "is what ISTHMUS_CACHE_DIR says",
      { ISTHMUS_CACHE_DIR: "/big/disk", XDG_CACHE_HOME: "/xdg", HOME: "/users/a" },
      "/big/disk",
    ],
    ["is in XDG_CACHE_HOME", { XDG_CACHE_HOME: "/xdg", HOME: "/users/a" }, "/xdg/isthmus"],
    ["is in ~/.cache otherwise", { HOME: "/users/a" }, "/users/a/.cache/isthmus"],
    [
      "takes an empty variable for none",
      { ISTHMUS_CACHE_DIR: "", XDG_CACHE_HOME: "", HOME: "/users/a" },
      "/users/a/.cache/isthmus",
    ],
  ];
  it.each(cases)("%s", (_, env, expected) => {
    expect(cacheFolder(env)).toBe(expected);
  });
});
