import { expect, it } from "vitest";
import { parseMesh } from "../mesh-file/parse.ts";
import type { InstalledIstio } from "../model/installed-istio.ts";
import { controlPlane, installation } from "../testing/installations.ts";
import type { InitMesh } from "./init-mesh.ts";
import { describeInstalled } from "./installed-mesh.ts";
import { writeMesh } from "./write-mesh.ts";

const mesh: InitMesh = {
  name: "mesh",
  clusters: ["prod-fra", "prod-osl"].map((context) => ({
    name: context,
    access: { kind: "context", context },
    remarks: [],
  })),
  istioRemarks: [],
};

it("says the mesh as it is installed, and the name that was given before the one that is found", () => {
  const found = { "prod-fra": installation("west"), "prod-osl": installation("east") };
  const described = describeInstalled(mesh, found, undefined);
  expect(described.name).toBe("sandbox");
  expect(described.clusters.map(({ name, network }) => [name, network])).toEqual([
    ["west", "west-net"],
    ["east", "east-net"],
  ]);
  expect(describeInstalled(mesh, found, "prod").name).toBe("prod");
  expect(parseMesh(writeMesh(described), "mesh.yaml").diagnostics).toEqual([]);
});

it("remarks what is not known or not set, and stays valid", () => {
  const plane = controlPlane("west", { revision: "canary", tags: ["prod"], values: {} });
  const one = describeInstalled(
    mesh,
    { "prod-fra": installation("west", { controlPlanes: [plane] }), "prod-osl": undefined },
    undefined,
  );
  expect(one.clusters.map(({ name, network, remarks }) => [name, network, ...remarks])).toEqual([
    [
      "prod-fra",
      "prod-fra",
      "Istio 1.31.0, revision canary, tags prod, installed by helm, without global.meshID, global.multiCluster.clusterName, global.network, which isthmus plan says how to set.",
    ],
    ["prod-osl", "prod-osl", "It did not answer: what is installed there is not known."],
  ]);
  expect(parseMesh(writeMesh(one), "mesh.yaml").diagnostics).toEqual([]);
});

it("writes the gateway that is there by another name, where there is one of the network", () => {
  const elsewhere = { namespace: "gw", name: "ew", network: "west-net", selector: { istio: "ew" } };
  const described = (...gateways: readonly (typeof elsewhere)[]) =>
    describeInstalled(mesh, { "prod-fra": installation("west", { gateways }), "prod-osl": undefined }, undefined);
  const { mesh: written, diagnostics } = parseMesh(writeMesh(described(elsewhere)), "mesh.yaml");
  expect(diagnostics).toEqual([]);
  expect(written?.clusters[0]?.eastWest?.service).toEqual({ namespace: "gw", name: "ew" });
  const usual = { ...elsewhere, namespace: "istio-system", name: "istio-eastwestgateway" };
  for (const others of [[], [usual], [elsewhere, { ...elsewhere, name: "second" }], [{ ...elsewhere, network: "x" }]]) {
    expect(described(...others).clusters[0]?.eastWest).toBeUndefined();
  }
});

it("keeps names apart where two clusters are installed as one, and the network that they share", () => {
  const found = { "prod-fra": installation("west"), "prod-osl": installation("west") };
  const described = describeInstalled(mesh, found, undefined);
  expect(described.clusters.map(({ name, network }) => [name, network])).toEqual([
    ["west", "west-net"],
    ["west-2", "west-net"],
  ]);
  const { mesh: written, diagnostics } = parseMesh(writeMesh(described), "mesh.yaml");
  expect(diagnostics).toEqual([]);
  expect(written?.sharedNetworks).toEqual(["west-net"]);
});

it("takes the mesh ID of those that say one, and remarks where they do not say the same", () => {
  const planeOf = (cluster: string, meshID: string): InstalledIstio =>
    installation(cluster, { controlPlanes: [controlPlane(cluster, { values: { meshID } })] });
  expect(describeInstalled(mesh, { "prod-fra": installation("west"), "prod-osl": undefined }, undefined).name).toBe(
    "sandbox",
  );
  const differs = describeInstalled(
    mesh,
    { "prod-fra": planeOf("west", "one"), "prod-osl": planeOf("east", "two") },
    "two",
  );
  expect(differs.clusters.map(({ remarks }) => remarks.at(-1))).toEqual([
    "Its mesh ID is one, and not two: one mesh has one, and isthmus plan says how to set it.",
    expect.stringContaining("Istio 1.31.0"),
  ]);
});
