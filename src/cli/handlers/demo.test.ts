import { expect, it } from "vitest";
import { runIsthmus } from "../testing/run-isthmus.ts";

it("asks before it makes anything on this machine, and makes nothing when the answer is no", async () => {
  const { out, err, code } = await runIsthmus("demo", { tty: true, stdin: "n\n" });
  expect([code, out]).toEqual([1, ""]);
  expect(err).toContain("Make or use the sandbox `default` on this machine");
  expect(err).toContain("Nothing was changed.");
});
