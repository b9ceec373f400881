import { beforeAll, expect, it } from "vitest";
import { deadServer, isthmus, meshWith } from "../e2e/world.ts";
import { change, expectCause, healAsPrinted, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

it("names an istiod that is scaled to 0; the printed fix heals it", async () => {
  const scale = ["-n", "istio-system", "scale", "deployment", "istiod"];
  await change("east", [...scale, "--replicas=0"]);
  await healAsPrinted(await expectCause("ISM420", "east"), "ISM420");
});

it("has a cluster that does not answer as one cause, and judges the other all the same", async () => {
  const ran = await isthmus(["check", "-f", await meshWith(deadServer), "-o", "json"]);
  const report = JSON.parse(ran.out) as {
    readonly causes: readonly { readonly check: string; readonly cluster?: string }[];
    readonly results: readonly { readonly id: string; readonly state: string }[];
  };
  expect(report.causes.map((one) => [one.check, one.cluster])).toEqual([["access/clusters-answer", "east"]]);
  expect(report.results.find((one) => one.id === "control-plane/istiod-ready")?.state).toBe("ok");
  expect(ran.code).toBe(3);
});
