import { expect, it } from "vitest";
import { parseMesh } from "../mesh-file/parse.ts";
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

it("keeps names apart where two clusters are installed as one", () => {
  const found = { "prod-fra": installation("west"), "prod-osl": installation("west") };
  const described = describeInstalled(mesh, found, undefined);
  expect(described.clusters.map(({ name, network }) => [name, network])).toEqual([
    ["west", undefined],
    ["west-2", undefined],
  ]);
  expect(parseMesh(writeMesh(described), "mesh.yaml").diagnostics).toEqual([]);
});
