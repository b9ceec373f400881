import { beforeAll, it } from "vitest";
import { change, expectCause, healAsPrinted, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

it.each([
  ["is missing at the namespace", "ISM418", ["namespace", "istio-system", "topology.istio.io/network-"]],
  [
    "is another cluster's at the namespace",
    "ISM418",
    ["namespace", "istio-system", "topology.istio.io/network=west-net", "--overwrite"],
  ],
  [
    "is missing at the gateway's Service",
    "ISM419",
    ["-n", "istio-system", "service", "istio-eastwestgateway", "topology.istio.io/network-"],
  ],
] as const)("names the network label that %s; the printed fix heals it", async (_, code, args) => {
  await change("east", ["label", ...args]);
  await healAsPrinted(await expectCause(code, "east"), code);
});
