import { describe, expect, it } from "vitest";
import { missingControllers } from "./cgroups.ts";

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
