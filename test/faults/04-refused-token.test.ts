import { Buffer } from "node:buffer";
import { beforeAll, it } from "vitest";
import { change, expectCause, healAsPrinted, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

it("names a token that the other cluster refuses; the printed fix writes one that works", async () => {
  const secret = ["-n", "istio-system", "get", "secret", "istio-remote-secret-east", "-o", "jsonpath={.data.east}"];
  const kubeconfig = Buffer.from(await change("west", secret), "base64").toString("utf8");
  const broken = kubeconfig.replace(/(token: )\S+/, "$1not-a-token-of-this-cluster");
  const patch = JSON.stringify({ data: { east: Buffer.from(broken).toString("base64") } });
  await change("west", ["-n", "istio-system", "patch", "secret", "istio-remote-secret-east", "-p", patch]);
  await healAsPrinted(await expectCause("ISM432", "west"), "ISM432");
});

it("names an account whose rights were taken away; the printed fix gives them back", async () => {
  const bindings = await change("east", ["get", "clusterrolebindings", "-o", "name"]);
  const readers = bindings.split("\n").filter((name) => name.includes("istio-reader"));
  await change("east", ["delete", ...readers]);
  await healAsPrinted(await expectCause("ISM434", "west"), "ISM434");
});
