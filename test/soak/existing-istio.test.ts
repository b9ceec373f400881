import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import { expectNoAlarm } from "../faults/mesh.ts";
import {
  exposedServices,
  identity,
  installByIstioctl,
  installChart,
  plugInAuthorities,
  purgeIstio,
  uninstallCharts,
} from "../e2e/install-istio.ts";
import type { Snapshot } from "../e2e/snapshot.ts";
import { expectSame, snapshots } from "../e2e/snapshot.ts";
import { freshFolder, isthmus, kubectl, meshFile, writeMeshFile } from "../e2e/world.ts";

let file: string;
let installed: readonly Snapshot[];

type Values = ReturnType<typeof identity>;

function withoutNetwork(values: Values): Values {
  const { network: _network, ...global } = values["global"] as Values;
  return { ...values, global };
}

/** West by the charts of plain helm without a revision, east by plain istioctl with one and without an east-west gateway. */
async function installByHand(): Promise<void> {
  await plugInAuthorities(["west", "east"]);
  await installChart("west", "base", "istio-base", {});
  // As many have it who have one cluster: the network is missing.
  await installChart("west", "istiod", "istiod", withoutNetwork(identity("west")));
  await installChart("west", "gateway", "istio-ingressgateway", { imagePullPolicy: "IfNotPresent" });
  await installChart("west", "gateway", "istio-eastwestgateway", {
    imagePullPolicy: "IfNotPresent",
    networkGateway: "west-net",
  });
  await installByIstioctl("east", { profile: "default", revision: "canary", values: identity("east") });
}

beforeAll(async () => {
  await isthmus(["remove", "-f", meshFile(), "--yes"]);
  await installByHand();
  file = writeMeshFile(freshFolder(), (text) =>
    text.replace(/install: istioctl\n +profile: demo/, "install: existing"),
  );
});

afterAll(async () => {
  await uninstallCharts("west", ["istio-eastwestgateway", "istio-ingressgateway", "istiod", "istio-base"]);
  await purgeIstio("west");
  await purgeIstio("east");
});

it("refuses what does not fit, with the values for Helm that make it fit", async () => {
  const ran = await isthmus(["plan", "-f", file]);
  expect(ran.code).toBe(1);
  expect(ran.err.match(/error\[ISM\d+\]/g)).toEqual(["error[ISM577]"]);
  const [, patch = ""] = /as FILE:\n((?: {4}.*\n)+)/.exec(ran.err) ?? [];
  await installChart("west", "istiod", "istiod", parse(patch) as Values, { more: ["--reuse-values"] });
  const old = await kubectl("west", ["-n", "istio-system", "get", "pods", "-o", "name"]);
  await kubectl("west", ["-n", "istio-system", "rollout", "restart", "deployment"]);
  const gone = ["wait", "--for=delete", "--timeout=80s", ...old.out.trim().split("\n")];
  expect(await kubectl("west", ["-n", "istio-system", ...gone])).toMatchObject({ code: 0 });
  expect(await kubectl("west", ["apply", "-f", "-"], exposedServices)).toMatchObject({ code: 0 });
  installed = await snapshots();
});

it("says what it would take over of what somebody has joined by hand", async () => {
  const ran = await isthmus(["plan", "-f", file]);
  expect(ran.out).toContain("Gateway istio-system/cross-network-gateway  (taken over: existed before)");
});

/** What a plan would change, as `cluster Kind name`. */
async function changes(): Promise<readonly string[]> {
  const ran = await isthmus(["plan", "-f", file, "-o", "json"]);
  expect(ran.code).toBe(0);
  const { clusters } = JSON.parse(ran.out) as {
    clusters: { name: string; objects: { action: string; kind: string; name: string }[] }[];
  };
  return clusters.flatMap(({ name: cluster, objects }) =>
    objects.filter(({ action }) => action !== "none").map(({ kind, name }) => `${cluster} ${kind} ${name}`),
  );
}

it("plans nothing of Istio itself but an east-west gateway where there is none", async () => {
  const ofIstio = /Deployment istio|ConfigMap|CustomResourceDefinition|ServiceAccount|Role|Webhook/;
  expect((await changes()).filter((one) => ofIstio.test(one))).toEqual([
    "east ServiceAccount istio-eastwestgateway",
    "east Deployment istio-eastwestgateway",
  ]);
});

it("joins and routes, and proves it", async () => {
  const ran = await isthmus(["apply", "-f", file, "--yes"]);
  expect(ran.err).not.toContain("error[");
  expect(ran.code).toBe(0);
  expect((await isthmus(["verify", "-f", file])).code).toBe(0);
  expect((await isthmus(["shift", "helloworld", "v1=50", "v2=50", "-f", file, "--yes"])).code).toBe(0);
});

it("labels namespaces for the control plane that is there", async () => {
  const labels = async (cluster: string): Promise<Readonly<Record<string, string>>> => {
    const ran = await kubectl(cluster, ["get", "namespace", "sample", "-o", "json"]);
    return (JSON.parse(ran.out) as { metadata: { labels: Readonly<Record<string, string>> } }).metadata.labels;
  };
  expect(await labels("west")).toMatchObject({ "istio-injection": "enabled" });
  expect(await labels("east")).toMatchObject({ "istio.io/rev": "canary" });
  expect(await labels("east")).not.toHaveProperty("istio-injection");
});

it("has nothing to complain about, and nothing left to do", async () => {
  const check = await isthmus(["check", "-f", file]);
  expect(check.out).toContain("nothing is wrong");
  expect(check.code).toBe(0);
  const status = await isthmus(["status", "-f", file]);
  expect(status.code).toBe(0);
  expect(status.out).not.toContain("×");
  expect(await changes()).toEqual([]);
  await expectNoAlarm(file);
});

it("leaves their installation as it was when the mesh is removed", async () => {
  expect((await isthmus(["remove", "-f", file, "--yes"])).code).toBe(0);
  await expectSame(installed);
});
