import { describe, expect, it } from "vitest";
import type { ControlPlane, InstalledGateway, InstalledIstio } from "../model/installed-istio.ts";
import { fillFailover } from "../mesh-file/failover-defaults.ts";
import type { Mesh } from "../model/mesh.ts";
import { clusterNamed } from "../model/mesh.ts";
import { controlPlane, installation } from "../testing/installations.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { judgeInstallation, judgeTrustDomains } from "./installed-istio.ts";

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
    expect(codes(installation("west", { gateways: [ingress], eastWestDeployment: false }))).toEqual([]);
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
    ["routes have no ingress gateway", { gateways: [], eastWestDeployment: false }, ["ISM579"]],
    [
      "its gateway for other networks says no network",
      { gateways: [ingress, { namespace, name: "istio-eastwestgateway", selector: { istio: "eastwestgateway" } }] },
      ["ISM577"],
    ],
    ["its gateway for other networks has no Service", { gateways: [ingress] }, ["ISM579"]],
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
  ])("is refused where %s", (_what, changed, expected) => {
    expect(codes(installation("west", changed))).toEqual(expected);
  });

  describe("with an east-west gateway elsewhere", () => {
    const elsewhere = { namespace: "gw", name: "ew", network: "west-net", selector: { istio: "ew" } };
    const ingressPods = [{ istio: "ingressgateway", app: "gateway" }];
    const judge = (service: object | undefined, ...gateways: readonly InstalledGateway[]) => {
      const found = installation("west", { gateways: [ingress, ...gateways], ingressPods });
      const { cluster, ...rest } = one("west", found);
      const named = service === undefined ? {} : { eastWest: { seenFrom: {}, service } };
      return judgeInstallation(mesh, { ...rest, cluster: { ...cluster, ...named } as typeof cluster }).map(
        ({ code, detail, fix }) => `${code} ${detail} ${fix ?? ""}`,
      );
    };

    it("says how the mesh file names it, and takes it then", () => {
      const [found, ...others] = judge(undefined, { ...elsewhere });
      expect(found).toContain("eastWest: { service: { namespace: gw, name: ew } }");
      expect(others).toEqual([]);
      expect(judge({ namespace: "gw", name: "ew" }, elsewhere)).toEqual([]);
    });

    it("refuses one that is not there, has no network, or is not the only one", () => {
      expect(judge({ namespace: "gw", name: "ew" })).toEqual([expect.stringMatching(/^ISM579 .*no Service gw\/ew/)]);
      const { network: _, ...unlabelled } = elsewhere;
      expect(judge({ namespace: "gw", name: "ew" }, unlabelled)).toEqual([
        expect.stringMatching(/^ISM577 Service gw\/ew of west has no label/),
      ]);
      expect(judge({ namespace: "gw", name: "ew" }, elsewhere, { ...elsewhere, name: "ew2" })).toEqual([
        expect.stringMatching(/^ISM579 .*gw\/ew2.*takes it to be gw\/ew\./),
      ]);
    });

    it("does not take a Service that selects no pods for a gateway", () => {
      for (const service of [undefined, { namespace: "gw", name: "ew" }]) {
        expect(judge(service, { ...elsewhere, selector: {} })).toEqual([
          expect.stringMatching(/^ISM579 .*without a selector it leads to no pods/),
        ]);
      }
    });

    it("refuses one whose pods cannot be told from the ingress gateway's", () => {
      const shared = { ...elsewhere, selector: { app: "gateway" } };
      expect(judge({ namespace: "gw", name: "ew" }, shared)).toEqual([
        expect.stringMatching(/^ISM579 .*app=gateway, which the ingress gateway's pods have as well/),
      ]);
    });
  });

  it("is refused with the change of Helm values that makes it fit", () => {
    const plane = controlPlane("west", { values: { meshID: "sandbox", clusterName: "west", network: "net1" } });
    const [found] = judgeInstallation(mesh, one("west", installation("west", { controlPlanes: [plane] })));
    expect(found?.detail).toContain("global.network is net1, and the mesh file says west-net");
    expect(found?.fix).toContain(
      "helm upgrade istiod istio/istiod --version 1.31.0 --kube-context west -n istio-system --reuse-values -f FILE",
    );
    expect(found?.fix).toContain("as FILE:\n    global:\n      network: west-net\n");
  });

  it("is refused with the release that Helm names, and without one by no command of Helm's", () => {
    const fixOf = (changed: Partial<ControlPlane>): string => {
      const plane = controlPlane("west", { values: {}, ...changed });
      return judgeInstallation(mesh, one("west", installation("west", { controlPlanes: [plane] })))[0]?.fix ?? "";
    };
    expect(fixOf({ release: { name: "my-istiod", namespace: "releases" } })).toContain(
      "helm upgrade my-istiod istio/istiod --version 1.31.0 --kube-context west -n releases --reuse-values",
    );
    expect(fixOf({ version: "" })).toContain("istio/istiod --version VERSION_THAT_IS_INSTALLED ");
    const { release: _release, ...ofTemplate } = controlPlane("west", { values: {} });
    const [found] = judgeInstallation(mesh, one("west", installation("west", { controlPlanes: [ofTemplate] })));
    expect(found?.fix).toContain("Give these values to the istiod chart, by whatever installs it:");
  });

  it("is told a gateway's network by Helm where Helm names its release, and else by the label", () => {
    const fixOf = (release: Partial<InstalledGateway>): string => {
      const eastWest = { namespace, name: "istio-eastwestgateway", selector: { istio: "eastwestgateway" }, ...release };
      const west = installation("west", { gateways: [ingress, eastWest] });
      return judgeInstallation(mesh, one("west", west))[0]?.fix ?? "";
    };
    expect(fixOf({ release: { name: "ew", namespace } })).toContain(
      "helm upgrade ew istio/gateway --version 1.31.0 --kube-context west -n istio-system --reuse-values --set networkGateway=west-net",
    );
    expect(fixOf({})).toContain("the label topology.istio.io/network: west-net by the tool that installed it");
    expect(fixOf({})).not.toContain("helm upgrade");
  });

  it("is asked for an ingress gateway only where routes are opened", () => {
    const regions = mesh.clusters.map((cluster) => ({ ...cluster, region: cluster.name }));
    const services = mesh.services.map((service) => ({
      ...service,
      routes: service.routes.map((route) => ({ ...route, match: { ...route.match, fromRegions: ["east"] } })),
    }));
    const regional = { ...mesh, clusters: regions, services };
    const codesAt = (cluster: string): readonly string[] =>
      judgeInstallation(regional, {
        cluster: clusterNamed(regional, cluster),
        context: cluster,
        installed: installation(cluster, { gateways: [], eastWestDeployment: false }),
      }).map(({ code }) => code);
    expect(codesAt("west")).toEqual([]);
    expect(codesAt("east")).toEqual(["ISM579"]);
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
  const judged = (version: string, fromRegions: readonly string[] = []): readonly string[] => {
    const installed = installation("west", { controlPlanes: [controlPlane("west", { version })] });
    const routes = (service?.routes ?? []).map((route) => ({
      ...route,
      match: { ...route.match, fromRegions },
      retries,
    }));
    const services = service === undefined ? [] : [{ ...service, routes }];
    return judgeInstallation({ ...mesh, services }, one("west", installed)).map(
      ({ code, detail }) => `${code} ${detail}`,
    );
  };
  expect(judged("1.26.0")).toEqual([]);
  expect(judged("1.25.3", ["east"])).toEqual([]);
  expect(judged("1.25.3")).toEqual([
    expect.stringMatching(/^ISM584 Route helloworld sets retries\.backoff, which came with Istio 1\.26,/),
  ]);
});

it("judges values of failover's labels by the release, and warns where nothing says which release it is", () => {
  const priority = ["app=shop", "version"];
  const services = mesh.services.map((service) => ({ ...service, failover: { ...fillFailover({}), priority } }));
  const judged = (version: string, meant: Pick<Mesh, "services"> = { services }): readonly string[] => {
    const installed = installation("west", { controlPlanes: [controlPlane("west", { version })] });
    return judgeInstallation({ ...mesh, ...meant }, one("west", installed)).map(
      ({ code, severity, detail }) => `${severity} ${code} ${detail}`,
    );
  };
  expect(judged("1.18.0")).toEqual([]);
  expect(judged("1.16.2")).toEqual([
    expect.stringMatching(/^error ISM584 Service sample\/helloworld sets failover\.priority app=shop,/),
  ]);
  expect(judged("")).toEqual([expect.stringMatching(/^warning ISM585 .* which came with Istio 1\.18: whether/)]);
  expect(judged("", mesh)).toEqual([]);
});

it.each([
  ["callers inside", ["mesh"], "mesh-root", ["ISM788"]],
  ["callers inside and outside", ["front", "mesh"], "mesh-root", ["ISM788"]],
  ["callers outside", ["front"], "mesh-root", []],
  ["callers inside, with Istio's own root namespace", ["mesh"], undefined, []],
] as const)("refuses sessions that proxies do not get: %s", (_what, gateways, rootNamespace, expected) => {
  const sessions = { by: "cookie", name: "id" } as const;
  const services = mesh.services.map((service) => ({
    ...service,
    sessions,
    routes: service.routes.map((route) => ({ ...route, gateways })),
  }));
  const plane = controlPlane("west", rootNamespace === undefined ? {} : { rootNamespace });
  const found = judgeInstallation({ ...mesh, services }, one("west", installation("west", { controlPlanes: [plane] })));
  expect(found.map(({ code }) => code)).toEqual(expected);
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
