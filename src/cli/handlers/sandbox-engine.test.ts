import { expect, it } from "vitest";
import { runIsthmus } from "../testing/run-isthmus.ts";

it("names what the machine lacks before it builds anything", async () => {
  const env = { PATH: process.env["PATH"] ?? "", ISTHMUS_CACHE_DIR: "/proc/no-folder-can-be-here" };
  const { out, err, code } = await runIsthmus("sandbox engine", { env });
  expect([code, out]).toEqual([1, ""]);
  expect(err).toContain("/proc/no-folder-can-be-here");
});
