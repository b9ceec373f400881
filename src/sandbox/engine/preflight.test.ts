import { describe, expect, it } from "vitest";
import { describeMachine, lackingDisks, missingControllers } from "./preflight.ts";

describe("the machine", () => {
  const cases: [string, Parameters<typeof describeMachine>, string[]][] = [
    ["root on x86-64 Linux lacks nothing", ["linux", "x64", 0], []],
    ["macOS is told so, and nothing else", ["darwin", "arm64", 501], ["ISM701"]],
    ["Windows has no user id", ["win32", "x64", undefined], ["ISM701"]],
    ["a user on Linux must be root", ["linux", "x64", 1000], ["ISM703"]],
    ["a user on arm64 Linux lacks both", ["linux", "arm64", 1000], ["ISM702", "ISM703"]],
  ];
  it.each(cases)("%s", (_, machine, codes) => {
    expect(describeMachine(...machine).map((one) => one.code)).toEqual(codes);
  });
});

describe("the cgroup controllers", () => {
  it.each([
    ["of cgroup v2 are in its list", "cpuset cpu io memory hugetlb pids rdma\n", [], []],
    ["of cgroup v2 may be left out", "cpuset io memory", ["cpu", "pids"], ["cpu", "pids"]],
    ["of cgroup v2 do not count as mounts", "memory", ["cpu", "memory", "pids"], ["cpu", "pids"]],
    ["of cgroup v1 are mounts", undefined, ["cpu", "memory", "pids"], []],
    ["of cgroup v1 may be absent", undefined, ["cpu"], ["memory", "pids"]],
  ])("%s", (_, unified, mounts, missing) => {
    expect(missingControllers({ unified, mounted: (controller) => mounts.includes(controller) })).toEqual(missing);
  });
});

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
