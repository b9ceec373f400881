import { describe, expect, it } from "vitest";
import { lackingDisks } from "./disk.ts";

describe("the disks", () => {
  const cache = { folder: "/cache", purpose: "making", bytes: 15, device: 1 };
  const state = { folder: "/state", purpose: "running", bytes: 4, device: 1 };

  it("need no more than the largest need when cache and state share one", () => {
    expect(
      lackingDisks([
        { ...cache, free: 15 },
        { ...state, free: 15 },
      ]),
    ).toEqual([]);
  });

  it("are told once when cache and state share one that is full", () => {
    expect(
      lackingDisks([
        { ...cache, free: 3 },
        { ...state, free: 3 },
      ]).map((one) => one.folder),
    ).toEqual(["/cache"]);
  });

  it("are told one by one when they are apart", () => {
    const lacking = lackingDisks([
      { ...cache, free: 14 },
      { ...state, device: 2, free: 3 },
    ]);
    expect(lacking.map((one) => one.folder)).toEqual(["/cache", "/state"]);
  });

  it("need only room to run once the engine is there", () => {
    expect(
      lackingDisks([
        { ...cache, bytes: 0, free: 5 },
        { ...state, free: 5 },
      ]),
    ).toEqual([]);
  });
});
