import { beforeAll, it } from "vitest";
import { change, expectCause, healAsPrinted, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

it("names an east-west gateway without a Service; the printed fix heals it", async () => {
  await change("east", ["-n", "istio-system", "delete", "service", "istio-eastwestgateway"]);
  await healAsPrinted(await expectCause("ISM425", "east"), "ISM425");
});

it("names an east-west gateway that is scaled to 0; the printed fix heals it", async () => {
  const scale = ["-n", "istio-system", "scale", "deployment", "istio-eastwestgateway"];
  await change("east", [...scale, "--replicas=0"]);
  await healAsPrinted(await expectCause("ISM424", "east"), "ISM424");
});
