import { beforeAll, it } from "vitest";
import { change, expectCause, healAsPrinted, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

it("names a remote secret that is about a cluster of no such name; the printed fix takes it away", async () => {
  const secret = ["-n", "istio-system", "secret", "istio-remote-secret-oest"];
  const create = ["-n", "istio-system", "create", "secret", "generic", "istio-remote-secret-oest"];
  await change("west", [...create, "--from-literal=oest=not-a-kubeconfig"]);
  await change("west", ["label", ...secret, "istio/multiCluster=true"]);
  await healAsPrinted(await expectCause("ISM431", "west"), "ISM431");
});
