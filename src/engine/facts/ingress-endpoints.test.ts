import { describe, expect, it } from "vitest";
import { placesOf } from "../../core/checks/gateway-place.ts";
import { clusterNamed } from "../../core/model/mesh.ts";
import type { ClusterEndpoints } from "../../core/checks/endpoint-table.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import type { ActualEndpoints, Asked } from "./ingress-endpoints.ts";
import { compareIngressEndpoints, listIngressPods, readActualEndpoints, readTables } from "./ingress-endpoints.ts";
import { runningStatus, signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const namespace = "istio-system";
const host = "helloworld.sample.svc.cluster.local";
const gateway = { namespace, name: "ingress-1" };
const pod = (name: string, metadata: object = {}, status: object = runningStatus()): WireObject =>
  wireObject("Pod", { namespace, name, labels: { istio: "ingressgateway" }, ...metadata }, { status });

/** What an ingress proxy has of each Envoy cluster: addresses, and those that it has ejected. */
function clustersPage(tables: Readonly<Record<string, readonly string[]>>, ejected: readonly string[] = []): object {
  return {
    cluster_statuses: Object.entries(tables).map(([name, addresses]) => ({
      name,
      host_statuses: addresses.map((one) => ({
        address: { socket_address: { address: one.split(":")[0], port_value: Number(one.split(":")[1]) } },
        health_status: { eds_health_status: "HEALTHY", failed_outlier_check: ejected.includes(one) },
      })),
    })),
  };
}

async function askWest(objects: readonly WireObject[], page: object = {}): Promise<Asked> {
  const { client } = await wireCluster(objects, { pages: { "/clusters?format=json": page } });
  return { cluster: clusterNamed(twoClusters, "west"), client };
}

it("lists the ingress pods that run and are not being deleted", async () => {
  const one = await askWest([
    pod("ingress-1"),
    pod("pending", {}, { phase: "Pending" }),
    pod("deleted", { deletionTimestamp: "2026-11-01T00:00:00Z" }),
    pod("elsewhere", { namespace: "sample" }),
    pod("east-west", { labels: { istio: "eastwestgateway" } }),
  ]);
  expect(await listIngressPods(one, signal)).toEqual([gateway]);
});

it("reads what every cluster runs of a service, by its name", async () => {
  const west = await askWest([
    wireObject("Service", { namespace: "sample", name: "helloworld" }, { spec: { ports: [{ port: 80 }] } }),
  ]);
  const [service] = twoClusters.services;
  expect(service && (await readActualEndpoints([west], service, signal))).toEqual({
    west: { podsOf: { v1: [], v2: [] }, anyPods: [], gateways: [], servicePorts: [80] },
  });
});

it("takes gateways that other Services announce for ones that proxies may have, of the cluster's own network only", async () => {
  const announcing = (name: string, network: string, ip: string): WireObject =>
    wireObject(
      "Service",
      { namespace: "gw", name, labels: { "topology.istio.io/network": network } },
      { status: { loadBalancer: { ingress: [{ ip }] } } },
    );
  const west = await askWest([
    announcing("former", "west-net", "172.30.1.9"),
    announcing("far", "east-net", "172.30.2.9"),
  ]);
  const [service] = twoClusters.services;
  const found = service && (await readActualEndpoints([west], service, signal));
  expect(found?.["west"]?.possibleGateways).toEqual([{ address: "172.30.1.9", port: 15443 }]);
});

it("reads the endpoint table of each pod", async () => {
  const one = await askWest([pod("ingress-1")], clustersPage({ c: ["10.42.0.6:5000"] }));
  const [table, ...others] = await readTables(one, [gateway], signal);
  expect(table?.get("c")).toMatchObject([{ address: "10.42.0.6:5000", idle: "" }]);
  expect(others).toEqual([]);
});

describe("the endpoints of an ingress pod", () => {
  const endpoints = (podsOf: ClusterEndpoints["podsOf"], more: Partial<ClusterEndpoints> = {}): ClusterEndpoints => ({
    podsOf,
    anyPods: Object.values(podsOf).flat(),
    gateways: placesOf({ addresses: ["172.30.2.2"], port: 15443 }),
    ...more,
  });
  const actual = { west: endpoints({ v1: ["10.42.0.6:5000"] }), east: endpoints({ v2: ["10.43.0.6:5000"] }) };

  async function compare(page: object, is: ActualEndpoints, withVersions = true) {
    const one = await askWest([pod("ingress-1")], page);
    const [first] = twoClusters.services;
    if (first === undefined) {
      throw new Error("the mesh has a service");
    }
    const service = withVersions ? first : { ...first, versions: [] };
    return compareIngressEndpoints({ mesh: twoClusters, one, service, actual: is }, [gateway], signal);
  }

  it("are compared version by version with what clusters run: own pods, and gateways of other networks", async () => {
    const page = clustersPage({
      [`outbound|5000|v1|${host}`]: ["10.42.0.6:5000"],
      [`outbound|5000|v2|${host}`]: ["172.30.2.2:15443", "10.43.0.6:5000"],
    });
    expect(await compare(page, actual)).toEqual([
      {
        cluster: "west",
        version: "v1",
        expected: ["10.42.0.6:5000"],
        held: true,
        seen: ["10.42.0.6:5000"],
        idle: [],
        missing: [],
        foreign: [],
        ok: true,
      },
      {
        cluster: "west",
        version: "v2",
        expected: ["172.30.2.2:15443"],
        held: true,
        seen: ["10.43.0.6:5000", "172.30.2.2:15443"],
        idle: [],
        missing: [],
        foreign: ["10.43.0.6:5000"],
        ok: false,
      },
    ]);
  });

  it("are compared as a whole for a service without versions", async () => {
    const page = clustersPage({ [`outbound|5000||${host}`]: ["10.42.0.6:5000", "172.30.2.2:15443"] });
    expect(await compare(page, actual, false)).toMatchObject([{ version: "", ok: true, missing: [], foreign: [] }]);
  });

  it("may be a pod's address of another family, and a gateway whose pods are all not ready", async () => {
    const page = clustersPage({
      [`outbound|5000|v1|${host}`]: ["10.42.0.9:5000"],
      [`outbound|5000|v2|${host}`]: ["172.30.2.2:15443"],
    });
    const is = {
      west: endpoints({ v1: ["10.42.0.6:5000"] }, { alsoAt: { "10.42.0.6:5000": ["10.42.0.9:5000"] } }),
      east: endpoints({ v2: [] }, { unready: ["v2"] }),
    };
    expect(await compare(page, is)).toMatchObject([
      { version: "v1", missing: [], foreign: [], ok: true },
      { version: "v2", expected: [], foreign: [] },
    ]);
  });

  describe("where a gateway's Service has a host name", () => {
    const istiod = (name: string): WireObject =>
      wireObject("Pod", { namespace, name, labels: { app: "istiod" } }, { status: runningStatus() });
    const named = {
      ...actual,
      east: endpoints({ v2: ["10.43.0.6:5000"] }, { gateways: placesOf({ addresses: ["lb.example"], port: 15443 }) }),
    };
    const page = clustersPage({
      [`outbound|5000|v1|${host}`]: ["10.42.0.6:5000"],
      [`outbound|5000|v2|${host}`]: ["198.51.100.1:15443"],
    });

    async function compareNamed(addresses: readonly string[], pods: readonly WireObject[] = [istiod("istiod-1")]) {
      const gateways = addresses.map((Addr) => ({ Network: "east-net", Cluster: "east", Addr, Port: 15443 }));
      const { client } = await wireCluster([pod("ingress-1"), ...pods], {
        pages: { "/clusters?format=json": page, "/debug/networkz": gateways },
      });
      const one = { cluster: clusterNamed(twoClusters, "west"), client };
      const [service] = twoClusters.services;
      return service === undefined
        ? []
        : (await compareIngressEndpoints({ mesh: twoClusters, one, service, actual: named }, [gateway], signal)).slice(
            1,
          );
    }

    it("are the addresses that the cluster's own istiod has for it", async () => {
      expect(await compareNamed(["198.51.100.1"])).toMatchObject([
        { version: "v2", expected: ["198.51.100.1:15443"], missing: [], foreign: [], ok: true },
      ]);
      expect(await compareNamed(["198.51.100.1", "198.51.100.2"])).toMatchObject([
        { missing: ["198.51.100.2:15443"], ok: false },
      ]);
    });

    it("are missing by the name where istiod has none for it", async () => {
      expect(await compareNamed([])).toMatchObject([
        { missing: ["lb.example:15443"], foreign: ["198.51.100.1:15443"], ok: false },
      ]);
    });

    it("are not judged where no istiod can be asked", async () => {
      await expect(compareNamed(["198.51.100.1"], [])).rejects.toThrow(
        "no istiod of west runs, so that it is not known which addresses its proxies must have for lb.example",
      );
    });
  });

  it("are not judged for a version of a cluster that does not answer", async () => {
    const found = await compare({}, { west: actual.west });
    expect(found.map(({ version, held, missing }) => ({ version, held, missing }))).toEqual([
      { version: "v1", held: false, missing: ["10.42.0.6:5000"] },
    ]);
  });
});
