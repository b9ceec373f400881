import { beforeAll, expect, it } from "vitest";
import { change, expectCause, healAsPrinted, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

it("names a remote secret that is missing, and what follows as its consequences; the printed fix heals it", async () => {
  await change("west", ["-n", "istio-system", "delete", "secret", "istio-remote-secret-east"]);
  const report = await expectCause("ISM430", "west");
  expect(report.causes[0]?.consequences.length).toBeGreaterThan(0);
  await healAsPrinted(report, "ISM430");
});
