import { describe, expect, it } from "vitest";
import type { InstalledIstio } from "../model/installed-istio.ts";
import { clusterNamed } from "../model/mesh.ts";
import { controlPlane, installation } from "../testing/installations.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { judgeInstallation, judgeRoots, judgeTrustDomains } from "./installed-istio.ts";

const mesh = { ...twoClusters, istio: { ...twoClusters.istio, install: "existing" as const } };

function one(cluster: string, installed: InstalledIstio = installation(cluster)) {
  return { cluster: clusterNamed(mesh, cluster), context: cluster, installed };
}

function codes(installed: InstalledIstio): readonly string[] {
  return judgeInstallation(mesh, one("west", installed)).map(({ code }) => code);
}

const namespace = "istio-system";
const ingress = { namespace, name: "istio-ingressgateway", selector: { istio: "ingressgateway" } };

describe("an Istio that somebody else has installed", () => {
  it("is joined as it is where it fits, with or without an east-west gateway", () => {
    expect(codes(installation("west"))).toEqual([]);
    expect(codes(installation("west", { gateways: [ingress] }))).toEqual([]);
  });

  const revisioned = controlPlane("west", { name: "istiod-canary", revision: "canary" });
  it.each<readonly [string, Partial<InstalledIstio>, readonly string[]]>([
    ["there is none", { controlPlanes: [] }, ["ISM575"]],
    ["there are two", { controlPlanes: [controlPlane("west"), revisioned] }, ["ISM576"]],
    ["it is in another namespace", { controlPlanes: [controlPlane("west", { namespace: "mesh" })] }, ["ISM575"]],
    ["it is older than what is known", { controlPlanes: [controlPlane("west", { version: "1.9.1" })] }, ["ISM575"]],
    ["isthmus has made it", { controlPlanes: [controlPlane("west", { own: true })] }, ["ISM583"]],
    ["it has another mesh ID", { controlPlanes: [controlPlane("west", { values: {} })] }, ["ISM577"]],
    ["nobody may read it", { readerAccount: false }, ["ISM577"]],
    ["routes have no ingress gateway", { gateways: [] }, ["ISM579"]],
    [
      "its gateway is another network's",
      {
        gateways: [
          ingress,
          { namespace, name: "istio-eastwestgateway", network: "x", selector: { istio: "eastwestgateway" } },
        ],
      },
      ["ISM577"],
    ],
    [
      "its gateway is in a namespace of its own",
      { gateways: [ingress, { namespace: "gw", name: "ew", network: "west-net", selector: { istio: "ew" } }] },
      ["ISM579"],
    ],
    [
      "a namespace of the mesh has the label that keeps a revision out",
      { controlPlanes: [revisioned], injection: { sample: { injection: "enabled" } } },
      ["ISM581"],
    ],
  ])("is refused where %s", (_what, changed, expected) => {
    expect(codes(installation("west", changed))).toEqual(expected);
  });

  it("is refused with the change of Helm values that makes it fit", () => {
    const plane = controlPlane("west", { values: { meshID: "sandbox", clusterName: "west", network: "net1" } });
    const [found] = judgeInstallation(mesh, one("west", installation("west", { controlPlanes: [plane] })));
    expect(found?.detail).toContain("global.network is net1, and the mesh file says west-net");
    expect(found?.fix).toContain(
      "helm upgrade istiod istio/istiod --kube-context west -n istio-system --reuse-values -f FILE",
    );
    expect(found?.fix).toContain("as FILE:\n    global:\n      network: west-net\n");
  });

  it("is refused with an IstioOperator where istioctl has made it", () => {
    const plane = controlPlane("west", { tool: "istioctl", revision: "canary", values: {} });
    const [found] = judgeInstallation(mesh, one("west", installation("west", { controlPlanes: [plane] })));
    expect(found?.fix).toContain("istioctl install --context west --set revision=canary -f FILE");
    expect(found?.fix).toContain("    kind: IstioOperator\n");
    expect(found?.fix).toContain("          clusterName: west\n");
  });
});

it("refuses settings of routes that the installed release would drop", () => {
  const [service] = mesh.services;
  const retries = { attempts: 2, backoff: "25ms" };
  const services =
    service === undefined ? [] : [{ ...service, routes: service.routes.map((route) => ({ ...route, retries })) }];
  const judged = (version: string): readonly string[] => {
    const installed = installation("west", { controlPlanes: [controlPlane("west", { version })] });
    return judgeInstallation({ ...mesh, services }, one("west", installed)).map(
      ({ code, detail }) => `${code} ${detail}`,
    );
  };
  expect(judged("1.26.0")).toEqual([]);
  expect(judged("1.25.3")).toEqual([
    expect.stringMatching(/^ISM584 Route helloworld sets retries\.backoff, which came with Istio 1\.26,/),
  ]);
});

it("refuses clusters that have no root in common, and nothing of one that does not say its roots", () => {
  expect(judgeRoots([one("west"), one("east")])).toEqual([]);
  expect(judgeRoots([one("west", installation("west", { roots: [] })), one("east")])).toEqual([]);
  const [found, more] = judgeRoots([one("west"), one("east", installation("east", { roots: ["CD"] }))]);
  expect(more).toBeUndefined();
  expect(found).toMatchObject({ code: "ISM578", cluster: "east", severity: "error" });
});

it("warns of trust domains that differ", () => {
  expect(judgeTrustDomains([one("west"), one("east")])).toEqual([]);
  const other = installation("east", { controlPlanes: [controlPlane("east", { trustDomain: "east.example" })] });
  expect(judgeTrustDomains([one("west"), one("east", other)])).toMatchObject([
    {
      code: "ISM582",
      cluster: "east",
      severity: "warning",
      fix: expect.stringContaining("trustDomain: cluster.local"),
    },
  ]);
});
