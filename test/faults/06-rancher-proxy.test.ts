import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RancherWorld } from "../e2e/rancher-world.ts";
import { rancherWithTwoClusters, writeRancherMesh } from "../e2e/rancher-world.ts";
import { freshFolder, isthmus } from "../e2e/world.ts";
import { expectCause, expectClean } from "./standing-mesh.ts";

/** A sandbox with Rancher, of its own. */
const instance = "e2e-proxy";
const folder = freshFolder();

let world: RancherWorld;
let meshFile = "";

/** JWT Authentication of a cluster, as Rancher's page for the cluster switches it. */
async function switchJwt(cluster: string, enabled: boolean): Promise<void> {
  const id = world.id(cluster);
  const configs = `/apis/management.cattle.io/v3/namespaces/${id}/clusterproxyconfigs`;
  const there = await world.kube("local", `${configs}/clusterproxyconfig`);
  const answer =
    there.status === 404
      ? await world.kube("local", configs, {
          method: "POST",
          body: {
            apiVersion: "management.cattle.io/v3",
            kind: "ClusterProxyConfig",
            metadata: { name: "clusterproxyconfig", namespace: id },
            enabled,
          },
        })
      : await world.kube("local", `${configs}/clusterproxyconfig`, { method: "PATCH", body: { enabled } });
  expect(answer.status).toBeLessThan(300);
}

beforeAll(async () => {
  world = await rancherWithTwoClusters(instance);
  await Promise.all(["west", "east"].map(async (name) => switchJwt(name, true)));
  meshFile = writeRancherMesh(world, folder, (text) =>
    text.replace("credentials: rancherToken", "credentials: serviceAccount"),
  );
});

afterAll(async () => {
  await isthmus(["sandbox", "down", "--instance", instance]);
  rmSync(folder, { recursive: true, force: true });
});

it("names a proxy that does not let a good service account's token through; the printed fix heals it", async () => {
  const ran = await isthmus(["apply", "-f", meshFile, "--yes"]);
  expect(ran.code).toBe(0);
  await expectClean(meshFile);
  await switchJwt("east", false);
  const report = await expectCause("ISM432", "west", meshFile);
  expect(report.causes.find((one) => one.code === "ISM432")).toMatchObject({
    remote: "east",
    fix: expect.stringContaining("JWT Authentication") as string,
  });
  await switchJwt("east", true);
  await expectClean(meshFile);
});
