import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { httpAnswer } from "../testing/fake-control-plane.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";
import { endpointSlices, runEastWest, runPod } from "../testing/fake-service.ts";

let world: FakeClusters;
let weights: Readonly<Record<string, number>>;
/** Envoy's cluster to which sidecars pass connections to the service on as TCP; undefined where they take them for HTTP. */
let passedOn: string | undefined;

const cluster = (version: string): string => `outbound|5000|${version}|helloworld.sample.svc.cluster.local`;

function pageOf(path: string): unknown {
  switch (path) {
    case "/config_dump?resource=dynamic_listeners":
      return {
        configs: [
          {
            active_state: {
              listener: {
                address: { socket_address: { port_value: 8080 } },
                filter_chains: [{ filters: [{ typed_config: { rds: { route_config_name: "http.8080" } } }] }],
              },
            },
          },
          ...(passedOn === undefined
            ? []
            : [
                {
                  active_state: {
                    listener: {
                      name: passedOn.startsWith("outbound") ? "0.0.0.0_5000" : "virtualOutbound",
                      filter_chains: [{ filters: [{ typed_config: { cluster: passedOn } }] }],
                    },
                  },
                },
              ]),
        ],
      };
    case "/config_dump?resource=dynamic_route_configs":
      return { configs: [tableOf("http.8080", "*"), tableOf("5000", "helloworld.sample.svc.cluster.local")] };
    case "/clusters?format=json":
      return {
        cluster_statuses: Object.entries({ v1: ["10.42.0.6", 5000], v2: ["172.30.2.2", 15443] } as const).map(
          ([version, [address, port]]) => ({
            name: cluster(version),
            host_statuses: [{ address: { socket_address: { address, port_value: port } } }],
          }),
        ),
      };
    default:
      return {};
  }
}

function tableOf(name: string, domain: string): object {
  const config = "/apis/networking.istio.io/v1/namespaces/sample/virtual-service/helloworld";
  const clusters = Object.entries(weights).map(([version, weight]) => ({ name: cluster(version), weight }));
  const route = {
    match: { prefix: "/" },
    route: { weighted_clusters: { clusters } },
    metadata: { filter_metadata: { istio: { config } } },
  };
  return { route_config: { name, virtual_hosts: [{ domains: [domain], routes: [route] }] } };
}

/** Two clusters with a version each and the ingress gateway of both. */
beforeEach(async () => {
  weights = { v1: 75, v2: 25 };
  passedOn = undefined;
  world = await startFakeClusters(["west", "east"], {
    living: true,
    kinds: [endpointSlices],
    podResponse: (path) => httpAnswer(pageOf(path)),
  });
  for (const [name, server] of Object.entries(world.servers)) {
    runPod(server, name === "west" ? "v1" : "v2", "10.42.0.6");
    runEastWest(server, name === "west" ? "172.30.1.2" : "172.30.2.2");
    server.put({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "istio-ingressgateway", namespace: "istio-system" },
      spec: { ports: [{ port: 80, targetPort: 8080 }] },
    });
    const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
    const labels = { istio: "ingressgateway" };
    server.put({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "ingress-1", namespace: "istio-system", labels },
      status,
    });
    server.put({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "caller-1", namespace: "sample" },
      spec: { containers: [{ name: "istio-proxy" }] },
      status,
    });
  }
});

afterEach(async () => {
  await world.close();
});

describe("isthmus route explain", () => {
  it("names rule, version, cluster and share, from what the ingress' proxy has", async () => {
    const { out, code } = await world.run("route explain helloworld --cluster west --path /cart");
    expect(out.trimEnd().split("\n")).toEqual([
      "√ west  GET http://*/cart",
      "  by istio-system/ingress-1",
      "  rule 1 of 1: any path (VirtualService sample/helloworld)",
      "    VERSION  WEIGHT  CLUSTER  ENDPOINT          SHARE  NOT USED",
      "    v1       75 %    west     10.42.0.6:5000    75 %",
      "    v2       25 %    east     172.30.2.2:15443  25 %",
    ]);
    expect(code).toBe(0);
  });

  it("asks the sidecar of a caller, also of one that is named", async () => {
    const mesh = await world.run("route explain helloworld --cluster west --from mesh -o json");
    expect(JSON.parse(mesh.out)).toMatchObject({
      kind: "RouteExplanation",
      service: "helloworld",
      explanations: [
        {
          cluster: "west",
          proxies: ["sample/caller-1"],
          entrance: { kind: "mesh", port: 5000 },
          request: { host: "helloworld.sample.svc.cluster.local", headers: [] },
          served: true,
        },
      ],
      unexplained: [],
    });
    expect((await world.run("route explain helloworld --from sample/caller")).out).toContain("by sample/caller-1");
    const none = await world.run("route explain helloworld --cluster west --from sample/other");
    expect([none.code, none.err]).toEqual([3, expect.stringContaining("warning[ISM616]")]);
  });

  it("says of a port that is no HTTP to callers where its connections go", async () => {
    for (const server of Object.values(world.servers)) {
      server.put({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "helloworld", namespace: "sample" },
        spec: { clusterIP: "10.43.0.9", ports: [{ name: "http", port: 5000 }], selector: { app: "helloworld" } },
      });
    }
    passedOn = cluster("v1");
    const { out, code } = await world.run("route explain helloworld --cluster west --from mesh");
    expect(out).toContain("√ west  connection to helloworld.sample.svc.cluster.local:5000");
    expect(out).toContain("It passes connections on as TCP, without looking at what is asked (istiod's own)");
    expect(out).toMatch(/v1 +100 % +west +10\.42\.0\.6:5000 +100 %/);
    expect(code).toBe(0);
    passedOn = "outbound|5000|v9|helloworld.sample.svc.cluster.local";
    const lost = await world.run("route explain helloworld --cluster west --from mesh");
    expect(lost.out).toContain(`× west  connection to helloworld.sample.svc.cluster.local:5000`);
    expect(lost.out).toContain("and closes connections");
    expect(lost.code).toBe(3);
    passedOn = "BlackHoleCluster";
    const closed = await world.run("route explain helloworld --cluster west --from mesh");
    expect(closed.out).toContain("× west  connection to");
    expect(closed.out).toContain("lets nothing else out (REGISTRY_ONLY): connections are closed");
    passedOn = "PassthroughCluster";
    const past = await world.run("route explain helloworld --cluster west --from mesh");
    expect(past.out).toContain("It does not know the service: connections go on to the address that its name has");
  });

  it("ends with 3 where a request is not served", async () => {
    weights = { v3: 100 };
    const { out, code } = await world.run("route explain helloworld --cluster west");
    expect(out).toContain("× west  GET");
    expect(out).toContain(`the proxy has no ${cluster("v3")}, and answers 503`);
    expect(code).toBe(3);
  });

  it("says what it could not see of one cluster, and tells the others", async () => {
    const [west] = [world.servers["west"]];
    west?.store.remove({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "istio-ingressgateway", namespace: "istio-system" },
    });
    const { out, err, code } = await world.run("route explain helloworld");
    expect(out).toContain("√ east");
    expect(err).toContain("west has no Service istio-system/istio-ingressgateway");
    expect(code).toBe(3);
  });

  it("takes a host without its port, and a path in the form that proxies compare", async () => {
    const { out } = await world.run(
      "route explain helloworld --cluster west --host Shop.example:8080 --path /a/../%63art?b=%63",
    );
    expect(out).toContain("GET http://shop.example/cart?b=%63");
  });

  it("does not show values of headers", async () => {
    const { out } = await world.run("route explain helloworld --header 'cookie: secret' -o json");
    expect(out).toContain('"cookie"');
    expect(out).not.toContain("secret");
  });

  it.each([
    ["route explain", "It is not said which service."],
    ["route explain other", "The mesh file has no service other."],
    ["route explain helloworld --from nobody", "--from is"],
    ["route explain helloworld --host 'a b'", "--host www.example.org"],
    ["route explain helloworld --host https://shop.example/cart", "--host shop.example"],
    ["route explain helloworld --host *.shop.example", "--host www.shop.example"],
    ["route explain helloworld --host ''", "--host www.example.org"],
  ])("isthmus %s ends with 64", async (line, said) => {
    const { err, code } = await world.run(line);
    expect(err).toContain(said);
    expect(code).toBe(64);
  });
});
