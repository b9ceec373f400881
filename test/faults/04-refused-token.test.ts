import { Buffer } from "node:buffer";
import { beforeAll, it } from "vitest";
import { change, expectCause, heal, standMesh } from "./standing-mesh.ts";

beforeAll(standMesh);

it("names a token that the other cluster refuses; an apply writes one that works", async () => {
  const secret = ["-n", "istio-system", "get", "secret", "istio-remote-secret-east", "-o", "jsonpath={.data.east}"];
  const kubeconfig = Buffer.from(await change("west", secret), "base64").toString("utf8");
  const broken = kubeconfig.replace(/(token: )\S+/, "$1not-a-token-of-this-cluster");
  const patch = JSON.stringify({ data: { east: Buffer.from(broken).toString("base64") } });
  await change("west", ["-n", "istio-system", "patch", "secret", "istio-remote-secret-east", "-p", patch]);
  await expectCause("ISM432", "west");
  await heal();
});
