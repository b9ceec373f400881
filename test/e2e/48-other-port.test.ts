import { expect, it } from "vitest";
import { isthmus, kubectl, meshFile } from "./world.ts";

it("does not take a Service over at whose port somebody has put another one; its message says how it is done", async () => {
  const other = [{ op: "replace", path: "/spec/ports/0/port", value: 5001 }];
  const patch = ["-n", "sample", "patch", "service", "helloworld", "--type=json", "-p", JSON.stringify(other)];
  expect((await kubectl("east", patch)).code).toBe(0);
  const ran = await isthmus(["apply", "-f", meshFile(), "--yes", "--force-conflicts"]);
  expect(ran.err).toContain("the other one was put there by somebody else");
  expect(ran.code).toBe(1);
  expect((await kubectl("east", ["-n", "sample", "delete", "service", "helloworld"])).code).toBe(0);
  expect((await isthmus(["apply", "-f", meshFile(), "--yes"])).code).toBe(0);
});
