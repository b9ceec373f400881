import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, it } from "vitest";
import { change, checkUntil, expectCause, healAsPrinted, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

it("names a namespace that istiod has given up; the printed fix heals it", async () => {
  const quota = ["-n", "sample", "create", "quota", "no-maps", "--hard=count/configmaps=1"];
  await change("east", quota);
  // Without its count a quota refuses nothing.
  const counted = ["-n", "sample", "get", "quota", "no-maps", "-o", "jsonpath={.status.used}"];
  for (let tries = 0; tries < 100 && !(await change("east", counted)).includes("configmaps"); tries += 1) {
    await pause(100);
  }
  await change("east", ["-n", "sample", "delete", "configmap", "istio-ca-root-cert"]);
  await checkUntil("ISM453");
  await change("east", ["-n", "sample", "delete", "quota", "no-maps"]);
  const report = await expectCause("ISM453", "east");
  await healAsPrinted(report, "ISM453");
});
