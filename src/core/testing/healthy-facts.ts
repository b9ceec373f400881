import type { GatewayFacts, IstiodPod } from "../checks/control-plane-facts.ts";
import type { MeshFacts, ReachedCluster } from "../checks/facts.ts";
import { factsVersion } from "../checks/facts.ts";
import { eastWestGateway, ingressGateway } from "../render/names.ts";
import type { ProxyConfig } from "../checks/proxy-facts.ts";
import { healthyConfig } from "./healthy-config.ts";
import { healthyPods, healthyProxies, healthySystem, helloworldPort } from "./healthy-pods.ts";
import { twoClusters } from "./two-clusters.ts";

/** When the facts of the tests were taken. */
export const takenAt = "2026-11-23T06:00:00.000Z";

const root = {
  subject: "CN=root",
  fingerprint: "AA:BB",
  identity: "abc",
  notBefore: "2026-01-01T00:00:00.000Z",
  notAfter: "2036-01-01T00:00:00.000Z",
};
const pods = { west: ["10.42.0.7:5000"], east: ["10.42.0.9:5000"] };
const addresses = { west: "172.30.1.2", east: "172.30.2.2" };
/** Where the ingress gateway's containers listen for the ports of its Service. */
const containerPorts: Readonly<Record<number, number>> = { 80: 8080, 443: 8443 };
const host = "helloworld.sample.svc.cluster.local";

/** What the two clusters of the sandbox's mesh have when nothing is wrong. */
export function healthyFacts(): MeshFacts {
  return {
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "Facts",
    version: factsVersion,
    takenAt,
    mesh: {
      name: twoClusters.name,
      clusters: twoClusters.clusters,
      services: twoClusters.services,
      istioVersion: twoClusters.istio.version,
      http01Issuers: [],
    },
    clusters: [healthyCluster("west"), healthyCluster("east")],
  };
}

/** The healthy facts with one answering cluster changed. */
export function withCluster(
  name: "west" | "east",
  change: (one: ReachedCluster) => Partial<ReachedCluster>,
): MeshFacts {
  const facts = healthyFacts();
  return {
    ...facts,
    clusters: facts.clusters.map((one) =>
      one.kind === "reached" && one.cluster === name ? { ...one, ...change(one) } : one,
    ),
  };
}

/** The healthy facts with every istiod pod of one cluster changed. */
export function withIstiodPods(name: "west" | "east", change: (pod: IstiodPod) => Partial<IstiodPod>): MeshFacts {
  return withCluster(name, (one) => ({
    istiod: { ...one.istiod, pods: one.istiod.pods.map((pod) => ({ ...pod, ...change(pod) })) },
  }));
}

/** The healthy facts with one gateway of one cluster changed. */
export function withGateway(
  cluster: "west" | "east",
  name: string,
  change: (gateway: GatewayFacts) => Partial<GatewayFacts>,
): MeshFacts {
  return withCluster(cluster, (one) => ({
    gateways: one.gateways.map((gateway) => (gateway.name === name ? { ...gateway, ...change(gateway) } : gateway)),
  }));
}

function healthyCluster(name: "west" | "east"): ReachedCluster {
  const other = name === "west" ? "east" : "west";
  const network = `${name}-net`;
  return {
    kind: "reached",
    cluster: name,
    context: `isthmus-${name}`,
    kubernetesVersion: "v1.36.3",
    meshId: "sandbox",
    nodes: [{ name: `${name}-1`, ready: true, region: name, zone: `${name}-a` }],
    namespaces: [
      { name: "istio-system", labels: {}, network, injected: false, roots: [root.fingerprint] },
      { name: "sample", labels: { "istio-injection": "enabled" }, injected: true, roots: [root.fingerprint] },
    ],
    authority: {
      kind: "present",
      created: "2026-11-01T00:00:00Z",
      changed: "2026-11-01T00:00:00Z",
      roots: [root],
      intermediate: {
        ...root,
        subject: `CN=${name}`,
        fingerprint: `EE:${name}`,
        identity: `ca-${name}`,
        notAfter: "2028-01-01T00:00:00.000Z",
      },
      above: [root],
    },
    istiod: {
      desired: 1,
      ready: 1,
      reason: "",
      version: "1.31.0",
      clusterId: name,
      webhook: true,
      validation: { webhooks: ["istio-validator-istio-system", "istiod-default-validator"], seesUnlabelled: true },
      pods: [
        {
          name: `istiod-${name}`,
          started: "2026-11-01T01:00:00Z",
          remotes: [{ cluster: other, state: "synced" }],
          networkGateways: (["west", "east"] as const).map((one) => ({
            network: `${one}-net`,
            cluster: one,
            address: addresses[one],
            port: 15443,
          })),
          shards: (["west", "east"] as const).map((one) => ({ service: host, cluster: one, endpoints: pods[one] })),
          proxies: healthyProxies(name),
          signerEnds: "2028-01-01T00:00:00.000Z",
        },
      ],
    },
    gateways: [gateway(name, ingressGateway, [80, 443]), gateway(name, eastWestGateway, [15021, 15443])],
    remoteSecrets: [
      {
        name: `istio-remote-secret-${other}`,
        annotation: other,
        keys: [other],
        credentials: [
          {
            cluster: other,
            server: `https://${other}.example:6443`,
            fingerprint: "01234567",
            token: "jwt",
            trial: { outcome: "accepted", detail: "" },
          },
        ],
      },
    ],
    services: [
      {
        service: "sample/helloworld",
        present: true,
        headless: false,
        ports: [5000],
        selector: { app: "helloworld" },
        servicePorts: [helloworldPort],
        podsOf: { v1: name === "west" ? pods.west : [], v2: name === "east" ? pods.east : [] },
        alsoAt: {},
        endpoints: pods[name],
        withoutSidecar: [],
      },
    ],
    pods: healthyPods(name),
    routing: {
      writtenLast: [],
      gateways: [
        {
          namespace: "istio-system",
          name: "cross-network-gateway",
          selector: { istio: "eastwestgateway" },
          servers: [{ port: 15443, tlsMode: "AUTO_PASSTHROUGH", hosts: ["*.local"] }],
        },
      ],
      destinationRules: [
        {
          namespace: "sample",
          name: "helloworld",
          host,
          created: "2026-11-01T03:00:00Z",
          own: true,
          subsets: [
            { name: "v1", labels: { version: "v1" } },
            { name: "v2", labels: { version: "v2" } },
          ],
        },
      ],
      virtualServices: [{ namespace: "sample", name: "helloworld", weights: { v1: 10, v2: 90 } }],
    },
    quotas: [],
    networkPolicies: [],
    peerAuthentications: [],
    authorizationPolicies: [],
    system: healthySystem(name),
    tlsSecrets: [],
    externalDns: [],
    drift: { kind: "compared", applied: true, objects: [], unknown: [] },
  };
}

function gateway(cluster: "west" | "east", name: string, ports: readonly number[]): GatewayFacts {
  const network = `${cluster}-net`;
  return {
    name,
    desired: 1,
    ready: 1,
    reason: "",
    network,
    clusterId: cluster,
    service: {
      type: "LoadBalancer",
      ...(name === eastWestGateway ? { network } : {}),
      addresses: [addresses[cluster]],
      ports,
      servicePorts: ports.map((port) => ({ port, protocol: "TCP", targetPort: containerPorts[port] ?? port })),
      selector: { istio: name.slice("istio-".length) },
    },
    pods: [{ name: `${name}-${cluster}`, listeners: ports, roots: [root.identity], config: configOf(cluster, name) }],
  };
}

function configOf(cluster: "west" | "east", name: string): ProxyConfig {
  const [service] = twoClusters.services;
  const [version, other] = cluster === "west" ? ["v1", "v2"] : ["v2", "v1"];
  const remote = [`${addresses[cluster === "west" ? "east" : "west"]}:15443`];
  return service === undefined
    ? { chains: [], routeTables: [], awaitedSecrets: [], warming: [], clusters: [] }
    : healthyConfig(name, service, { own: { [version]: pods[cluster] }, remote: { [other]: remote } });
}
