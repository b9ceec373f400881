import { beforeAll, it } from "vitest";
import { change, expectCause, expectClean, heal, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

it("names a port that is called otherwise in one cluster; an apply heals it", async () => {
  const name = [{ op: "replace", path: "/spec/ports/0/name", value: "tcp-http" }];
  const service = ["-n", "sample", "patch", "service", "helloworld"];
  await change("west", [...service, "--type=json", "-p", JSON.stringify(name)]);
  await expectCause("ISM479", "west");
  await heal();
});

it("names a cluster without DNS", async () => {
  const scale = ["-n", "kube-system", "scale", "deployment", "coredns"];
  await change("east", [...scale, "--replicas=0"]);
  await expectCause("ISM493", "east");
  await change("east", [...scale, "--replicas=1"]);
  await expectClean();
});

it("names a namespace whose pod security standard refuses sidecars", async () => {
  const label = "pod-security.kubernetes.io/enforce";
  await change("east", ["label", "namespace", "sample", `${label}=restricted`]).catch(
    () => "it warns of the pods that run",
  );
  await expectCause("ISM473", "east");
  await change("east", ["label", "namespace", "sample", `${label}-`]);
  await expectClean();
});
