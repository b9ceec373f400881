import { beforeAll, it } from "vitest";
import { change, expectCause, heal, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

it("names a Gateway whose TLS mode other networks cannot use; an apply heals it", async () => {
  const mode = [{ op: "replace", path: "/spec/servers/0/tls/mode", value: "ISTIO_MUTUAL" }];
  const gateway = ["-n", "istio-system", "patch", "gateways.networking.istio.io", "cross-network-gateway"];
  await change("east", [...gateway, "--type=json", "-p", JSON.stringify(mode)]);
  await expectCause("ISM426", "east");
  await heal();
});
