import { beforeAll, it } from "vitest";
import { change, expectCause, healAsPrinted, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

it("names a Gateway whose TLS mode other networks cannot use; the printed fix heals it", async () => {
  const mode = [{ op: "replace", path: "/spec/servers/0/tls/mode", value: "ISTIO_MUTUAL" }];
  const gateway = ["-n", "istio-system", "patch", "gateways.networking.istio.io", "cross-network-gateway"];
  await change("east", [...gateway, "--type=json", "-p", JSON.stringify(mode)]);
  await healAsPrinted(await expectCause("ISM426", "east"), "ISM426");
});
