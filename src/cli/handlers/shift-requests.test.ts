import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { networkLabel } from "../../core/render/names.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";
import { editMesh } from "../testing/edit-mesh.ts";
import { clustersPage, endpointSlices, runPod } from "../testing/fake-service.ts";
import { answerPod } from "../testing/fake-control-plane.ts";

const names = ["east", "west"] as const;
let world: FakeClusters;
let serving = false;

/** Two versions in both clusters, all requests to v1. */
beforeEach(async () => {
  serving = false;
  const page = clustersPage(
    Object.fromEntries(
      ["v1", "v2"].map((version, index) => [version, [`10.42.0.${index + 6}:5000`, "172.30.1.2:15443"]]),
    ),
  );
  world = await startFakeClusters(names, {
    living: true,
    kinds: [endpointSlices],
    answer: (_, store, path) => (serving && path.startsWith("/clusters") ? page : answerPod(store, path)),
  });
  await editMesh(world, (text) =>
    text
      .replace(
        /( +)v1:\n +clusters:\n +- east\n +- west/,
        "$1v1: { clusters: [east, west] }\n$1v2: { clusters: [east, west] }",
      )
      .replace(/weights:\n +v1: 100/, "weights: { v1: 100, v2: 0 }"),
  );
  await world.run("apply --yes");
  serving = true;
  for (const name of names) {
    runPod(world.servers[name], "v1", "10.42.0.6");
    runPod(world.servers[name], "v2", "10.42.0.7");
    // As it is in a mesh: its label says which network is behind it, so that istiod need not be asked.
    world.servers[name]?.put({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "istio-eastwestgateway", namespace: "istio-system", labels: { [networkLabel]: `${name}-net` } },
      spec: { type: "LoadBalancer" },
      status: { loadBalancer: { ingress: [{ ip: "172.30.1.2" }] } },
    });
  }
});

afterEach(async () => {
  await world.close();
});

/** What a command asks of each cluster, in the order of the alphabet. */
async function askedBy(command: string): Promise<readonly (readonly string[])[]> {
  const before = names.map((name) => world.servers[name]?.requests.length ?? 0);
  const ran = await world.run(command);
  expect([ran.code, ran.err]).toMatchObject([0, expect.not.stringContaining("error")]);
  return names.map((name, index) =>
    (world.servers[name]?.requests.slice(before[index]) ?? [])
      .map(({ method, url }) => {
        const { pathname, searchParams } = new URL(url, "http://fake");
        return `${method} ${pathname.split("/").slice(-3).join("/")}${searchParams.has("dryRun") ? " dry-run" : ""}`;
      })
      .toSorted(),
  );
}

const lease = "kube-system/leases/isthmus-prod";
const route = "sample/virtualservices/helloworld";

describe("an apply that finds nothing to change", () => {
  it("asks each cluster at most 60 questions, and writes its Lease alone", async () => {
    await askedBy("apply --yes");
    const asked = await askedBy("apply --yes");
    for (const one of asked) {
      expect(one.length).toBeLessThanOrEqual(60);
      expect(one.filter((request) => !request.startsWith("GET ") && !request.endsWith("dry-run"))).toEqual([
        `PATCH ${lease}`,
        `PATCH ${lease}`,
      ]);
    }
  });
});

describe("a shift", () => {
  it("asks each cluster for what it needs once, and writes the Lease, the route and the Lease again", async () => {
    const asked = [
      "GET istio-system/services/istio-eastwestgateway",
      "GET kube-system/configmaps/isthmus-inventory-prod",
      `GET ${lease}`,
      "GET namespaces/istio-system/pods",
      "GET namespaces/istio-system/pods",
      "GET namespaces/sample/endpointslices",
      "GET namespaces/sample/pods",
      "GET pods/istio-ingressgateway-1/portforward",
      "GET sample/services/helloworld",
      `GET ${route}`,
      `PATCH ${lease}`,
      `PATCH ${lease}`,
      `PATCH ${route}`,
      `PATCH ${route} dry-run`,
    ];
    expect(await askedBy("shift helloworld v1=0 v2=100 --yes --no-verify")).toEqual([asked, asked]);
  });

  it("asks nothing about pods where it is forced, and writes nothing that is there", async () => {
    await askedBy("shift helloworld v1=0 v2=100 --yes --no-verify");
    const [east] = await askedBy("shift helloworld v1=0 v2=100 --yes --no-verify --force");
    expect(east).toEqual([
      "GET kube-system/configmaps/isthmus-inventory-prod",
      `GET ${lease}`,
      "GET namespaces/istio-system/pods",
      "GET pods/istio-ingressgateway-1/portforward",
      `GET ${route}`,
      `PATCH ${lease}`,
      `PATCH ${lease}`,
      `PATCH ${route} dry-run`,
    ]);
  });
});
