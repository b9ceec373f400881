import type { GatewayFacts, IstiodFacts } from "../checks/control-plane-facts.ts";
import type { RemoteSecretFacts } from "../checks/credential-facts.ts";
import type { ReachedCluster, RoutingFacts, ServiceFacts } from "../checks/facts.ts";
import type { ProxyConfig } from "../checks/proxy-facts.ts";
import { eastWestGateway, ingressGateway } from "../render/names.ts";
import { healthyCaller } from "./healthy-caller.ts";
import type { HealthyWay } from "./healthy-caller.ts";
import { healthyConfig } from "./healthy-config.ts";
import { healthyPods, healthyProxies, healthySystem, helloworldPort } from "./healthy-pods.ts";
import { twoClusters } from "./two-clusters.ts";

type Name = "west" | "east";

const both: readonly Name[] = ["west", "east"];

const root = {
  subject: "CN=root",
  fingerprint: "AA:BB",
  identity: "abc",
  notBefore: "2026-01-01T00:00:00.000Z",
  notAfter: "2036-01-01T00:00:00.000Z",
};
const endOfIntermediate = "2028-01-01T00:00:00.000Z";
const pods = { west: ["10.42.0.7:5000"], east: ["10.42.0.9:5000"] };
const addresses = { west: "172.30.1.2", east: "172.30.2.2" };
/** Where the ingress gateway's containers listen for the ports of its Service. */
const containerPorts: Readonly<Record<number, number>> = { 80: 8080, 443: 8443 };
const host = "helloworld.sample.svc.cluster.local";

/** What one of the two clusters has when nothing is wrong. */
export function healthyCluster(name: Name): ReachedCluster {
  return {
    kind: "reached",
    cluster: name,
    context: `isthmus-${name}`,
    kubernetesVersion: "v1.36.3",
    meshId: "sandbox",
    nodes: [{ name: `${name}-1`, ready: true, region: name, zone: `${name}-a` }],
    namespaces: [
      { name: "istio-system", labels: {}, network: networkOf(name), injected: false, roots: [root.fingerprint] },
      { name: "sample", labels: { "istio-injection": "enabled" }, injected: true, roots: [root.fingerprint] },
    ],
    authority: authority(name),
    istiod: istiod(name),
    gateways: [gateway(name, ingressGateway, [80, 443]), gateway(name, eastWestGateway, [15021, 15443])],
    callers: [healthyCaller(name, [helloworldWay(name)])],
    remoteSecrets: [remoteSecret(otherThan(name))],
    services: [helloworld(name)],
    pods: healthyPods(name),
    otherPods: [],
    waitingPods: [],
    routing,
    hindered: [],
    quotas: [],
    networkPolicies: [],
    peerAuthentications: [],
    authorizationPolicies: [],
    system: healthySystem(name),
    tlsSecrets: [],
    externalDns: [],
    storage: { state: "stores" },
    drift: {
      kind: "compared",
      applied: true,
      objects: [],
      unknown: [],
      triedWrites: { pods: ["sample"], unknown: [] },
    },
  };
}

function otherThan(name: Name): Name {
  return name === "west" ? "east" : "west";
}

function networkOf(name: Name): string {
  return `${name}-net`;
}

function authority(name: Name): ReachedCluster["authority"] {
  return {
    kind: "present",
    created: "2026-11-01T00:00:00Z",
    changed: "2026-11-01T00:00:00Z",
    roots: [root],
    intermediate: {
      ...root,
      subject: `CN=${name}`,
      fingerprint: `EE:${name}`,
      identity: `ca-${name}`,
      notAfter: endOfIntermediate,
    },
    above: [root],
  };
}

function istiod(name: Name): IstiodFacts {
  return {
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
        remotes: [{ cluster: otherThan(name), state: "synced" }],
        networkGateways: both.map((one) => ({
          network: networkOf(one),
          cluster: one,
          address: addresses[one],
          port: 15443,
        })),
        shards: both.map((one) => ({ service: host, cluster: one, endpoints: pods[one] })),
        proxies: healthyProxies(name),
        signerEnds: endOfIntermediate,
      },
    ],
  };
}

function remoteSecret(remote: Name): RemoteSecretFacts {
  return {
    name: `istio-remote-secret-${remote}`,
    annotation: remote,
    keys: [remote],
    credentials: [
      {
        cluster: remote,
        server: `https://${remote}.example:6443`,
        fingerprint: "01234567",
        token: "jwt",
        trial: { outcome: "accepted", detail: "" },
      },
    ],
  };
}

function helloworldWay(name: Name): HealthyWay {
  const endpoints = [...pods[name], `${addresses[otherThan(name)]}:15443`];
  return { service: "sample/helloworld", port: 5000, endpoints };
}

function helloworld(name: Name): ServiceFacts {
  return {
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
  };
}

const routing: RoutingFacts = {
  writtenLast: [],
  gateways: [
    {
      namespace: "istio-system",
      name: "cross-network-gateway",
      created: "2026-11-01T03:00:00Z",
      selector: { istio: "eastwestgateway" },
      servers: [{ port: 15443, protocol: "TLS", tlsMode: "AUTO_PASSTHROUGH", hosts: ["*.local"] }],
    },
    {
      namespace: "sample",
      name: "helloworld-gateway",
      created: "2026-11-01T03:00:00Z",
      selector: { istio: "ingressgateway" },
      servers: [{ port: 80, protocol: "HTTP", tlsMode: "", hosts: ["*"] }],
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
};

function gateway(cluster: Name, name: string, ports: readonly number[]): GatewayFacts {
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

function configOf(cluster: Name, name: string): ProxyConfig {
  const [service] = twoClusters.services;
  const [version, other] = cluster === "west" ? ["v1", "v2"] : ["v2", "v1"];
  const remote = [`${addresses[cluster === "west" ? "east" : "west"]}:15443`];
  return service === undefined
    ? { chains: [], routeTables: [], awaitedSecrets: [], warming: [], clusters: [] }
    : healthyConfig(name, service, { own: { [version]: pods[cluster] }, remote: { [other]: remote } });
}
