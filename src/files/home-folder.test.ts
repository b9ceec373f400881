import { userInfo } from "node:os";
import { describe, expect, it } from "vitest";
import { homeFolder } from "./home-folder.ts";

describe("the home folder", () => {
  it.each([
    ["is HOME", { HOME: "/users/a" }, "/users/a"],
    ["is HOME also where nothing can be below it", { HOME: "/dev/null" }, "/dev/null"],
    ["is the system's where HOME is empty", { HOME: "" }, userInfo().homedir],
    ["is the system's without HOME", {}, userInfo().homedir],
  ])("%s", (_, env, expected) => {
    expect(homeFolder(env)).toBe(expected);
  });
});
