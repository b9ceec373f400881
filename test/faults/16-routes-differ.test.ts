import { beforeAll, it } from "vitest";
import { change, expectCause, healAsPrinted, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

const patch = ["-n", "sample", "patch", "--type=json"];

it("names a subset that one cluster's DestinationRule has lost; the printed fix heals it", async () => {
  const without = [{ op: "remove", path: "/spec/subsets/0" }];
  await change("west", [...patch, "destinationrules.networking.istio.io", "helloworld", "-p", JSON.stringify(without)]);
  await healAsPrinted(await expectCause("ISM444", "west"), "ISM444");
});

it("names weights that are in one cluster only; the printed fix heals it", async () => {
  const even = [0, 1].map((index) => ({ op: "replace", path: `/spec/http/0/route/${index}/weight`, value: 50 }));
  await change("east", [...patch, "virtualservices.networking.istio.io", "helloworld", "-p", JSON.stringify(even)]);
  await healAsPrinted(await expectCause("ISM445", "east"), "ISM445");
});
