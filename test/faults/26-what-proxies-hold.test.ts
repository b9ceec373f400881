import { beforeAll, expect, it } from "vitest";
import { change, expectCause, expectClean, heal, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

type Report = Awaited<ReturnType<typeof expectCause>>;

function consequencesOf(report: Report): readonly string[] {
  return report.causes.flatMap((cause) => cause.consequences.map((one) => one.code));
}

const gateways = "gateways.networking.istio.io";

it("names an ingress whose Service selects nobody; an apply heals it", async () => {
  const selector = [{ op: "replace", path: "/spec/selector", value: { istio: "nobody" } }];
  const service = ["-n", "istio-system", "patch", "service", "istio-ingressgateway"];
  await change("west", [...service, "--type=json", "-p", JSON.stringify(selector)]);
  await expectCause("ISM474", "west");
  await heal();
});

it("names a route whose match was edited in one cluster; an apply heals it", async () => {
  const match = [{ op: "replace", path: "/spec/http/0/match/0/uri", value: { exact: "/somewhere-else" } }];
  const route = ["-n", "sample", "patch", "virtualservice", "helloworld"];
  await change("east", [...route, "--type=json", "-p", JSON.stringify(match)]);
  const report = await expectCause("ISM454", "east");
  expect(consequencesOf(report)).toContain("ISM475");
  await heal();
});

it("names a route whose Gateway is gone; an apply heals it", async () => {
  await change("west", ["-n", "sample", "delete", gateways, "helloworld-gateway"]);
  await expectCause("ISM455", "west");
  await heal();
});

it("finds nothing wrong in a mesh that is left alone, five times", async () => {
  for (let run = 0; run < 5; run += 1) {
    await expectClean();
  }
});
