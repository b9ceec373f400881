import { describe, expect, it } from "vitest";
import { parseMirrors } from "./debian-root.ts";

describe("Debian's mirrors", () => {
  it("are those of the machine, each once, with updates and security", () => {
    const targets = [
      "DEP-11 http://mirror.example/debian/ bookworm main",
      "Packages http://mirror.example/debian/ bookworm main",
      "Packages http://mirror.example/debian/ bookworm main",
      "Packages http://mirror.example/debian/ bookworm contrib",
      "Packages http://mirror.example/debian-security/ bookworm-security main",
      "Packages http://mirror.example/debian/ bookworm-updates main",
      "Packages https://third.example/node_20.x/ nodistro main",
      "",
    ].join("\n");
    expect(parseMirrors(targets, "bookworm")).toEqual([
      "deb http://mirror.example/debian/ bookworm main",
      "deb http://mirror.example/debian-security/ bookworm-security main",
      "deb http://mirror.example/debian/ bookworm-updates main",
    ]);
  });

  it.each([
    ["a machine of another suite", "Packages http://mirror.example/debian/ trixie main"],
    ["a machine that has only the updates", "Packages http://mirror.example/debian/ bookworm-updates main"],
    ["a machine that reads from a disk", "Packages file:/media/debian/ bookworm main"],
    ["a machine without sources", ""],
  ])("are left to the default on %s", (_, targets) => {
    expect(parseMirrors(targets, "bookworm")).toEqual([]);
  });
});
