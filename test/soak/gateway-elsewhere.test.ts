import { afterAll, beforeAll, expect, it, vi } from "vitest";
import {
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

// West has its east-west gateway in a namespace of its own, by another name, as Istio's charts make it for whoever asks so.
const place = { namespace: "istio-gw", name: "gw-eastwest" };

let file: string;
let installed: readonly Snapshot[];

/** The example for an Istio that is there; `eastWest` for west. */
function writeMesh(eastWest = ""): string {
  return writeMeshFile(freshFolder(), (text) =>
    text
      .replace(/install: istioctl\n +profile: demo/, "install: existing")
      .replace("network: west-net,", `network: west-net,${eastWest}`),
  );
}

beforeAll(async () => {
  await isthmus(["remove", "-f", meshFile(), "--yes"]);
  await plugInAuthorities(["west", "east"]);
  await installChart("west", "base", "istio-base", {});
  await installChart("west", "istiod", "istiod", identity("west"));
  await installChart("west", "gateway", "istio-ingressgateway", { imagePullPolicy: "IfNotPresent" });
  const values = { imagePullPolicy: "IfNotPresent", networkGateway: "west-net" };
  await installChart("west", "gateway", place.name, values, { namespace: place.namespace });
  await installByIstioctl("east", { profile: "default", values: identity("east") });
});

afterAll(async () => {
  await uninstallCharts("west", [place.name], place.namespace);
  await kubectl("west", ["delete", "namespace", place.namespace, "--ignore-not-found"]);
  await uninstallCharts("west", ["istio-ingressgateway", "istiod", "istio-base"]);
  await purgeIstio("west");
  await purgeIstio("east");
});

it("refuses two control planes, and is content when one is gone", async () => {
  file = writeMesh(` eastWest: { service: { namespace: ${place.namespace}, name: ${place.name} } },`);
  await installChart("west", "istiod", "istiod-next", { ...identity("west"), revision: "next" });
  const ran = await isthmus(["plan", "-f", file]);
  expect(ran.code).toBe(1);
  expect(ran.err.match(/error\[ISM\d+\]/g)).toEqual(["error[ISM576]"]);
  await uninstallCharts("west", ["istiod-next"]);
  installed = await snapshots();
});

it("refuses a gateway that it does not expect, with the line for the mesh file", async () => {
  const ran = await isthmus(["plan", "-f", writeMesh()]);
  expect(ran.code).toBe(1);
  expect(ran.err.match(/error\[ISM\d+\]/g)).toEqual(["error[ISM579]"]);
  expect(ran.err.replaceAll(/\s+/g, " ")).toContain(
    `eastWest: { service: { namespace: ${place.namespace}, name: ${place.name} } }`,
  );
  const written = await isthmus(["init", "-", "--contexts", "isthmus-e2e-west,isthmus-e2e-east", "--existing"]);
  expect(written.out).toContain(`eastWest: { service: { namespace: ${place.namespace}, name: ${place.name} } }`);
});

it("joins and routes by it, and proves it", async () => {
  const ran = await isthmus(["apply", "-f", file, "--yes"]);
  expect(ran.err).not.toContain("error[");
  expect(ran.code).toBe(0);
  expect((await isthmus(["verify", "-f", file])).code).toBe(0);
  expect((await kubectl("west", ["-n", "istio-system", "get", "deploy", "-o", "name"])).out).not.toContain("eastwest");
  const check = await isthmus(["check", "-f", file]);
  expect(check.out).toContain("nothing is wrong");
  expect(check.code).toBe(0);
  const status = await isthmus(["status", "-f", file]);
  expect(status.code).toBe(0);
  expect(status.out).not.toContain("×");
  expect((await isthmus(["plan", "-f", file, "--detailed-exitcode"])).code).toBe(0);
  const ends = ["--from", "east/sample/helloworld-v2", "--to", "west/sample/helloworld-v1", "--port", "5000"];
  const way = await isthmus(["netpol", "test", ...ends, "-f", file]);
  expect(way.code).toBe(0);
  expect(way.out).toContain(place.namespace);
});

it("leaves their installation as it was when the mesh is removed", async () => {
  expect((await isthmus(["remove", "-f", file, "--yes"])).code).toBe(0);
  await expectSame(installed);
});

it("names it when it is gone, and is content when the command that it prints has run", async () => {
  expect((await isthmus(["apply", "-f", file, "--yes"])).code).toBe(0);
  const scale = ["-n", place.namespace, "scale", "deployment", place.name];
  await kubectl("west", [...scale, "--replicas=0"]);
  const found = await isthmus(["check", "-f", file, "-o", "json"]);
  const { causes } = JSON.parse(found.out) as {
    readonly causes: readonly {
      readonly code: string;
      readonly detail: string;
      readonly commands: readonly string[];
    }[];
  };
  expect(causes.map(({ code }) => code)).toEqual(["ISM424"]);
  expect(causes[0]?.detail).toContain(`Deployment ${place.namespace}/${place.name} of west is scaled to 0`);
  expect(causes[0]?.commands).toEqual([
    `kubectl --context isthmus-e2e-west -n ${place.namespace} scale deployment ${place.name} --replicas=1`,
  ]);
  await kubectl("west", [...scale, "--replicas=1"]);
  await kubectl("west", ["-n", place.namespace, "rollout", "status", "deployment", place.name, "--timeout=80s"]);
  await vi.waitFor(async () => expect((await isthmus(["check", "-f", file])).code).toBe(0), 60_000);
  expect((await isthmus(["remove", "-f", file, "--yes"])).code).toBe(0);
});
