import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, it } from "vitest";
import { root } from "../e2e/world.ts";
import { change, expectCause, healAsPrinted, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

it("names an authority in a remote secret that did not sign what the address serves; the printed fix heals it", async () => {
  const secret = ["-n", "istio-system", "get", "secret", "istio-remote-secret-east", "-o", "jsonpath={.data.east}"];
  const kubeconfig = Buffer.from(await change("west", secret), "base64").toString("utf8");
  const other = readFileSync(path.join(root, "test", "e2e", "other-ca.pem")).toString("base64");
  const broken = kubeconfig.replace(/(certificate-authority-data: )\S+/, `$1${other}`);
  const patch = JSON.stringify({ data: { east: Buffer.from(broken).toString("base64") } });
  await change("west", ["-n", "istio-system", "patch", "secret", "istio-remote-secret-east", "-p", patch]);
  await healAsPrinted(await expectCause("ISM433", "west"), "ISM433");
});
