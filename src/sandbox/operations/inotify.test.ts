import { watch } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { countInotify, planInotify } from "./inotify.ts";

const usual = { instances: 128, watches: 200_000 };

describe("the limits of inotify", () => {
  it.each([
    ["do for two clusters", usual, { instances: 10, watches: 100 }, 2, []],
    ["do for five clusters beside an idle system", usual, { instances: 10, watches: 100 }, 5, []],
    [
      "are raised to what is usual for seven clusters",
      usual,
      { instances: 10, watches: 100 },
      7,
      [["fs.inotify.max_user_instances", 128, 512]],
    ],
    [
      "count what runs already",
      usual,
      { instances: 100, watches: 4000 },
      2,
      [["fs.inotify.max_user_instances", 128, 512]],
    ],
    [
      "are raised beyond that where it is not enough",
      { instances: 512, watches: 200_000 },
      { instances: 500, watches: 8000 },
      15,
      [["fs.inotify.max_user_instances", 512, 1024]],
    ],
    [
      "may both be too low",
      { instances: 128, watches: 8192 },
      { instances: 10, watches: 2000 },
      9,
      [
        ["fs.inotify.max_user_instances", 128, 512],
        ["fs.inotify.max_user_watches", 8192, 524_288],
      ],
    ],
    [
      "are left alone when no node is started",
      { instances: 128, watches: 200_000 },
      { instances: 120, watches: 0 },
      0,
      [],
    ],
  ] as const)("%s", (_, limits, used, nodes, raised) => {
    expect(planInotify(limits, used, nodes).map(({ sysctl, from, to }) => [sysctl, from, to])).toEqual(raised);
  });
});

describe.runIf(process.platform === "linux")("what is in use", () => {
  it("counts this process's own instances and watches", async () => {
    const uid = process.geteuid?.() ?? 0;
    const watchers = ["/", "/usr", tmpdir()].map((folder) => watch(folder, () => {}));
    try {
      const used = await countInotify(uid);
      expect(used.instances).toBeGreaterThanOrEqual(1);
      expect(used.watches).toBeGreaterThanOrEqual(3);
    } finally {
      watchers.forEach((one) => one.close());
    }
    // Nobody has this number.
    expect(await countInotify(4_000_000_000)).toEqual({ instances: 0, watches: 0 });
  });
});
