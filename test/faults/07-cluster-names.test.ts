import { beforeAll, it } from "vitest";
import { change, expectCause, heal, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

it("names a remote secret that is about a cluster of no such name; taking it away heals it", async () => {
  const secret = ["-n", "istio-system", "secret", "istio-remote-secret-oest"];
  const create = ["-n", "istio-system", "create", "secret", "generic", "istio-remote-secret-oest"];
  await change("west", [...create, "--from-literal=oest=not-a-kubeconfig"]);
  await change("west", ["label", ...secret, "istio/multiCluster=true"]);
  await expectCause("ISM431", "west");
  await change("west", ["delete", ...secret]);
  await heal();
});
