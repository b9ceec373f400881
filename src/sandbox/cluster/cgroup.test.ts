import { describe, expect, it } from "vitest";
import { parseHierarchies } from "./cgroup.ts";

const v2 = "29 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate";
const hybrid = [
  "30 29 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct",
  "31 29 0:28 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset",
  "32 29 0:29 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd",
  "33 29 0:30 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw",
  "34 23 0:31 / /run rw - tmpfs tmpfs rw",
].join("\n");

describe("parseHierarchies", () => {
  it("finds the one tree of a version 2 host", () => {
    expect(parseHierarchies(v2)).toEqual([{ version: 2, mountPoint: "/sys/fs/cgroup", controllers: [] }]);
  });

  it("finds every hierarchy of a hybrid host, with its controllers, and nothing else", () => {
    expect(parseHierarchies(hybrid)).toEqual([
      { version: 1, mountPoint: "/sys/fs/cgroup/cpu,cpuacct", controllers: ["cpu", "cpuacct"] },
      { version: 1, mountPoint: "/sys/fs/cgroup/cpuset", controllers: ["cpuset"] },
      { version: 1, mountPoint: "/sys/fs/cgroup/systemd", controllers: ["name=systemd"] },
      { version: 2, mountPoint: "/sys/fs/cgroup/unified", controllers: [] },
    ]);
  });

  it("names a hierarchy once that is mounted over itself", () => {
    expect(parseHierarchies(`${v2}\n${v2}`)).toHaveLength(1);
  });
});
