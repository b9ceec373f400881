import path from "node:path";
import { afterAll, afterEach, expect } from "vitest";
import { isthmus, meshFile } from "./world.ts";

let failed = false;

afterEach(({ task }) => {
  failed ||= task.result?.state === "fail";
});

// What a failing test has broken is not to fail the files after it, which start on the standing mesh.
afterAll(async () => {
  const file = path.basename(expect.getState().testPath ?? "");
  if (failed && file >= "10") {
    await isthmus(["apply", "-f", meshFile(), "--yes", "--force-conflicts", "--prune"]);
  }
});
