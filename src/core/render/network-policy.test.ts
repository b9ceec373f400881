import { describe, expect, it } from "vitest";
import type { KubeObject } from "../model/kube-object.ts";
import type { Cluster, Mesh, Service } from "../model/mesh.ts";
import { clusterNamed } from "../model/mesh.ts";
import { materials, twoClusters } from "../testing/two-clusters.ts";
import type { Materials } from "./materials.ts";
import { renderNetworkPolicies } from "./network-policy.ts";

const strict: Mesh = { ...twoClusters, hardening: { networkPolicies: "strict" } };
const runbook: Mesh = { ...twoClusters, hardening: { networkPolicies: "runbook" } };

interface Rule {
  readonly from?: readonly unknown[];
  readonly to?: readonly unknown[];
  readonly ports: readonly { readonly port: number; readonly protocol: string }[];
}

function render(mesh = strict, from: Materials = materials): readonly KubeObject[] {
  return renderNetworkPolicies(mesh, clusterNamed(mesh, "west"), from);
}

function policy(name: string, mesh = strict, from: Materials = materials): KubeObject {
  const found = render(mesh, from).find((one) => one.metadata.name === name);
  if (found === undefined) {
    throw new Error(`there is no ${name}`);
  }
  return found;
}

function rulesOf(object: KubeObject): readonly Rule[] {
  const spec = object["spec"] as Record<string, readonly Rule[] | undefined>;
  return [...(spec["ingress"] ?? []), ...(spec["egress"] ?? [])];
}

function portsOf(object: KubeObject): readonly string[] {
  return rulesOf(object).flatMap((rule) => rule.ports.map((one) => `${one.port}/${one.protocol}`));
}

function reasonOf(object: KubeObject): string {
  return Object.values(object.metadata.annotations ?? {}).join("");
}

function withEast(east: Partial<Cluster>, mesh = strict): Mesh {
  return { ...mesh, clusters: mesh.clusters.map((one) => (one.name === "east" ? { ...one, ...east } : one)) };
}

function service(fields: Partial<Service>): Service {
  const [helloworld] = twoClusters.services;
  if (helloworld === undefined) {
    throw new Error("the mesh of the tests has a service");
  }
  return { ...helloworld, ...fields };
}

/** The manifests of helloworld with this target port, and versions whose containers have these ports. */
function manifestsWith(targetPort: number | string, versions: readonly object[]): Materials {
  return {
    ...materials,
    serviceManifests: {
      "sample/helloworld": [
        {
          apiVersion: "v1",
          kind: "Service",
          metadata: { name: "helloworld" },
          spec: { selector: { run: "hello" }, ports: [{ port: 5000, targetPort }] },
        },
        ...versions.map((spec, index): KubeObject => ({
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: { name: `helloworld-v${index + 1}` },
          spec: { template: { metadata: { labels: { run: "hello" } }, spec } } as never,
        })),
      ],
    },
  };
}

describe.each([
  ["strict", strict],
  ["runbook", runbook],
])("the network policies of mode %s", (_mode, mesh) => {
  it("are none unless the mesh asks for them", () => {
    expect(render({ ...mesh, hardening: { networkPolicies: false } })).toEqual([]);
  });

  it("have one direction each, numbers for ports and one block of addresses in a rule: the shapes that every enforcer takes alike", () => {
    for (const one of render(
      withEast(
        {
          endpoint: "https://10.2.0.10:6443",
          eastWest: { everywhere: { addresses: ["10.3.0.1"], port: 15443 }, seenFrom: {} },
        },
        mesh,
      ),
    )) {
      const spec = one["spec"] as { readonly policyTypes: readonly string[] };
      expect(spec.policyTypes).toHaveLength(1);
      expect(Object.keys(spec)).toEqual(["podSelector", "policyTypes", spec.policyTypes[0]?.toLowerCase()]);
      for (const rule of rulesOf(one)) {
        const blocks = [...(rule.from ?? []), ...(rule.to ?? [])].filter((peer) => "ipBlock" in (peer as object));
        expect(blocks.length).toBeLessThan(2);
        expect((rule.ports ?? []).every(({ port }) => typeof port === "number")).toBe(true);
      }
    }
  });

  it.each([
    ["the kubeconfig's address", {}, "6443/TCP"],
    ["an endpoint with a port", { endpoint: "https://api.east.example:7443" }, "7443/TCP"],
    ["an endpoint without one", { endpoint: "https://api.east.example" }, "443/TCP"],
    ["an IPv6 endpoint", { endpoint: "https://[2001:db8::1]:8443" }, "8443/TCP"],
  ])("let istiod go to the port of another cluster's API server, by %s", (_name, east, port) => {
    expect(portsOf(policy("np-istio-ports.egress", withEast(east, mesh)))).toContain(port);
  });

  it("let istiod go to Rancher where that is the way to the other cluster", () => {
    const through: Mesh = {
      ...withEast({ access: { kind: "rancher", rancherId: "c-abcde" } }, mesh),
      rancher: { url: "https://rancher.example:9443", token: { env: "T" } },
    };
    expect(portsOf(policy("np-istio-ports.egress", through))).toContain("9443/TCP");
  });

  it.each([
    ["as the kubeconfig says", { apiAddresses: { west: "https://api.west.example" } }, ["443/TCP"]],
    [
      "as its endpoints say too",
      { apiPorts: { west: [6443] }, apiAddresses: { west: "https://a.example" } },
      ["443/TCP", "6443/TCP"],
    ],
    [
      "as its endpoints say, behind a tunnel",
      { apiPorts: { west: [6443] }, apiAddresses: { west: "https://127.0.0.1:51234" } },
      ["6443/TCP"],
    ],
    [
      "at either usual port, behind Rancher",
      { apiAddresses: { west: "https://r.example/k8s/clusters/c-1" } },
      ["443/TCP", "6443/TCP"],
    ],
    ["at either usual port, where nobody says it", { apiAddresses: {} }, ["443/TCP", "6443/TCP"]],
  ])("let istiod go to its own API server %s", (_name, known, ports) => {
    const alone = { ...mesh, clusters: mesh.clusters.filter((one) => one.name === "west") };
    const found = portsOf(policy("np-istio-ports.egress", alone, { ...materials, ...known }));
    expect(found.filter((port) => /^(\d*443|51234)\//.test(port) && port !== "15443/TCP")).toEqual(ports);
  });

  it("open the pods' port and not the Service's name for it, in every version", () => {
    const from = manifestsWith("http", [
      { containers: [{ ports: [{ name: "http", containerPort: 8080 }] }] },
      {
        containers: [{ ports: [{ name: "admin", containerPort: 9000 }] }],
        initContainers: [{ restartPolicy: "Always", ports: [{ name: "http", containerPort: 8081 }] }],
      },
    ]);
    const found = policy("np-helloworld", mesh, from);
    expect(found["spec"]).toMatchObject({ podSelector: { matchLabels: { run: "hello" } } });
    expect(portsOf(found)).toEqual(expect.arrayContaining(["8080/TCP", "8081/TCP"]));
    expect(portsOf(found)).not.toContain("9000/TCP");
  });

  it("let services call each other", () => {
    const several = { ...mesh, services: [service({}), service({ name: "prices", port: 7000 })] };
    expect(portsOf(policy("np-helloworld.egress", several))).toContain("7000/TCP");
    expect(portsOf(policy("np-helloworld", several))).not.toContain("7000/TCP");
  });
});

/** Of Istio's default, and of any revision. */
const withSidecars = [
  { namespaceSelector: { matchLabels: { "istio-injection": "enabled" } } },
  { namespaceSelector: { matchExpressions: [{ key: "istio.io/rev", operator: "Exists" }] } },
];

describe("the network policies of mode runbook", () => {
  it("have every port of the runbook's lists, open to everybody", () => {
    expect(portsOf(policy("np-istio-ports.egress", runbook))).toEqual(
      expect.arrayContaining(
        [15010, 15012, 15014, 15017, 15443, 6443, 80, 53].map((port) => `${port}/TCP`).concat("53/UDP"),
      ),
    );
    expect(portsOf(policy("np-istio-ports", runbook))).toContain("15020/TCP");
    expect(portsOf(policy("np-istio-ports", runbook))).toEqual(
      expect.arrayContaining([80, 15010, 15012, 15014, 15017, 15443].map((port) => `${port}/TCP`)),
    );
    expect(portsOf(policy("np-helloworld.egress", runbook))).toEqual(
      expect.arrayContaining(["5000/TCP", "15012/TCP", "53/UDP"]),
    );
    expect(portsOf(policy("np-helloworld", runbook))).toEqual(expect.arrayContaining(["5000/TCP", "15012/TCP"]));
    expect(rulesOf(policy("np-istio", runbook))).toEqual([{ from: withSidecars }]);
    expect(rulesOf(policy("np-istio.egress", runbook))).toEqual([{ to: withSidecars }]);
  });
});

describe("strict network policies", () => {
  it("say of every rule why it is there", () => {
    for (const one of render()) {
      const reasons = reasonOf(one).split(/; (?=\d+\))/);
      expect(reasons).toHaveLength(rulesOf(one).length);
      rulesOf(one).forEach((rule, index) => {
        const ports = rule.ports.map(({ port, protocol }) => `${port}/${protocol}`).join(", ");
        expect(reasons[index]).toMatch(new RegExp(`^${index + 1}\\) ${ports} (from|to) .+: .{10,}$`));
      });
    }
  });

  it("let every sidecar reach istiod, also those of a revision", () => {
    expect(rulesOf(policy("np-istio"))).toContainEqual({
      from: withSidecars,
      ports: expect.arrayContaining([{ port: 15012, protocol: "TCP" }]),
    });
  });

  it("leave pods of Istio's namespace alone that are none of Istio's", () => {
    const selectors = render()
      .filter((one) => one.metadata.namespace === "istio-system")
      .map((one) => (one["spec"] as { readonly podSelector: unknown }).podSelector);
    expect(selectors).not.toContainEqual({});
    expect(new Set(selectors.map((one) => JSON.stringify(one)))).toEqual(
      new Set(
        [{ app: "istiod" }, { istio: "ingressgateway" }, { istio: "eastwestgateway" }].map((matchLabels) =>
          JSON.stringify({ matchLabels }),
        ),
      ),
    );
  });

  it("name the addresses and ports of other clusters where they are known", () => {
    const mesh = withEast({
      endpoint: "https://10.2.0.10:7443",
      eastWest: { everywhere: { addresses: ["203.0.113.7", "203.0.113.8"], port: 8443 }, seenFrom: {} },
    });
    expect(rulesOf(policy("np-istio-ports.egress", mesh))).toContainEqual({
      to: [{ ipBlock: { cidr: "10.2.0.10/32" } }],
      ports: [{ port: 7443, protocol: "TCP" }],
    });
    const ways = rulesOf(policy("np-helloworld.egress", mesh)).filter((rule) => rule.ports[0]?.port === 8443);
    expect(ways.map((rule) => rule.to)).toEqual([
      [{ ipBlock: { cidr: "203.0.113.7/32" } }],
      [{ ipBlock: { cidr: "203.0.113.8/32" } }],
    ]);
  });

  it("open nothing of the east-west gateway where no other network is", () => {
    const mesh: Mesh = { ...withEast({ network: "west-net" }), sharedNetworks: ["west-net"] };
    expect(render(mesh).filter((one) => one.metadata.name.includes("eastwest"))).toEqual([]);
    expect(JSON.stringify(render(mesh))).not.toContain("15443");
  });

  it("let in the pods of a cluster on the same network by port, since no selector finds them", () => {
    const mesh: Mesh = { ...withEast({ network: "west-net" }), sharedNetworks: ["west-net"] };
    expect(rulesOf(policy("np-helloworld", mesh))).toContainEqual({ ports: [{ port: 5000, protocol: "TCP" }] });
    expect(rulesOf(policy("np-istio-ports.ingressgateway.egress", mesh))).toContainEqual({
      ports: [{ port: 5000, protocol: "TCP" }],
    });
  });

  it("let http01 challenges through to cert-manager's solvers, where an issuer uses them", () => {
    const [route] = service({}).routes;
    const tls = { secretName: "front", issuer: "letsencrypt" };
    const mesh: Mesh = {
      ...strict,
      services: [service({ routes: route === undefined ? [] : [{ ...route, tls }] })],
      issuers: [{ name: "letsencrypt", acme: { server: "https://acme.example", email: "a@b.example", http01: {} } }],
    };
    expect(portsOf(policy("np-istio-ports.http01-solver", mesh))).toEqual(["8089/TCP"]);
    expect(portsOf(policy("np-istio-ports.ingressgateway.egress", mesh))).toContain("8089/TCP");
    expect(portsOf(policy("np-istio-ports.ingressgateway", mesh))).toEqual(
      expect.arrayContaining(["8080/TCP", "8443/TCP"]),
    );
  });

  it("let the ingress gateway ask all clusters for http01 answers, and at its own address another pod of its own", () => {
    const [route] = service({}).routes;
    const tls = { secretName: "front", issuer: "letsencrypt" };
    const mesh: Mesh = {
      ...strict,
      services: [service({ routes: route === undefined ? [] : [{ ...route, tls }] })],
      issuers: [{ name: "letsencrypt", acme: { server: "https://acme.example", email: "a@b.example", http01: {} } }],
    };
    expect(rulesOf(policy("np-istio-ports.ingressgateway.egress", mesh))).toContainEqual({
      ports: [{ port: 80, protocol: "TCP" }],
    });
    expect(rulesOf(policy("np-istio.ingressgateway.egress", mesh))).toContainEqual({
      to: [{ podSelector: { matchLabels: { istio: "ingressgateway" } } }],
      ports: [{ port: 8080, protocol: "TCP" }],
    });
  });

  it("open the ports at which Istio's own manifests put the ingress gateway", () => {
    const gateway: KubeObject = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "istio-ingressgateway", namespace: "istio-system" },
      spec: { ports: [{ name: "http2", port: 80, targetPort: 9080 }] },
    };
    const found = policy("np-istio-ports.ingressgateway", strict, {
      ...materials,
      istioManifests: { west: [gateway] },
    });
    expect(portsOf(found)).toContain("9080/TCP");
    expect(portsOf(found)).not.toContain("8080/TCP");
  });

  it("are found by their service: none of another one has the same name", () => {
    const mesh = { ...strict, services: [service({}), service({ name: "helloworld-egress" })] };
    const names = render(mesh).map((one) => `${one.metadata.namespace}/${one.metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
  });
});
