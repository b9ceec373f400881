import { describe, expect, it } from "vitest";
import { eastWestGateway, ingressGateway } from "../render/names.ts";
import { findingsOf, foundBy } from "../testing/found-by.ts";
import { all, drained, inCluster, service } from "../testing/faults/changes.ts";
import { healthyShop } from "../testing/faults/shop.ts";
import { changeConfigs, changeEndpoints, withEndpoint } from "../testing/changed-proxies.ts";
import { shopWithFailover } from "../testing/failover-facts.ts";
import { changingName, foreignName, rightName, withNames } from "../testing/published-facts.ts";
import { meshFaults } from "../testing/mesh-faults.ts";
import { healthyFacts, withCluster, withGateway, withIstiodPods } from "../testing/healthy-facts.ts";
import type { BypassAnnotation } from "./bypass-facts.ts";
import type { Check, Finding } from "./check.ts";
import type { ControllerFacts } from "./controller-facts.ts";
import type { TlsSecretFacts } from "./certificate-facts.ts";
import type { GatewayFacts, GatewayPod, MeshConfigFacts } from "./control-plane-facts.ts";
import type { CredentialTrial, RemoteSecretFacts } from "./credential-facts.ts";
import type { DriftFacts, DriftedObject } from "./drift-facts.ts";
import type { GatewayObject, GatewayServer, MeshFacts, NamespaceFacts, ReachedCluster } from "./facts.ts";
import type { HinderedWorkload } from "./hindrance-facts.ts";
import type { PodFacts, ProxySyncFacts } from "./pod-facts.ts";
import type { CniAgent, DnsAddress } from "./system-facts.ts";
import type { WriteHookFacts } from "./webhook-facts.ts";
import type { RefusedWrite } from "../plan/plan.ts";
import { checks } from "./list.ts";
import { reachedClusters } from "./reached.ts";
import { runChecks } from "./run-checks.ts";
import type { ProxyConfig, ProxyRouteFacts } from "./proxy-facts.ts";

const byRegions = { regions: [{ from: "west", to: "east" }] };

const otherRoot = {
  subject: "CN=root",
  fingerprint: "CC:DD",
  identity: "eee",
  notBefore: "2026-01-01T00:00:00.000Z",
  notAfter: "2036-01-01T00:00:00.000Z",
};

function withRoot(change: Partial<typeof otherRoot>): MeshFacts {
  const root = { ...otherRoot, ...change };
  return withCluster("east", (one) => ({
    authority: one.authority.kind === "present" ? { ...one.authority, roots: [root], above: [root] } : one.authority,
  }));
}

/** The same where somebody else installs Istio. */
function ofSomebody(facts: MeshFacts): MeshFacts {
  return { ...facts, mesh: { ...facts.mesh, install: "existing" } };
}

function withSecret(change: Partial<RemoteSecretFacts>): MeshFacts {
  return withCluster("west", (one) => ({
    remoteSecrets: one.remoteSecrets.map((secret) => ({ ...secret, ...change })),
  }));
}

function withTrial(outcome: CredentialTrial["outcome"]): MeshFacts {
  return withCluster("west", (one) => ({
    remoteSecrets: one.remoteSecrets.map((secret) => ({
      ...secret,
      credentials: secret.credentials.map((credential) => ({ ...credential, trial: { outcome, detail: "" } })),
    })),
  }));
}

function withTokenEnd(expires: string): MeshFacts {
  return withCluster("west", (one) => ({
    remoteSecrets: one.remoteSecrets.map((secret) => ({
      ...secret,
      credentials: secret.credentials.map((credential) => ({ ...credential, expires })),
    })),
  }));
}

function withService(change: Partial<ReachedCluster["services"][number]>): MeshFacts {
  return withCluster("east", (one) => ({ services: one.services.map((service) => ({ ...service, ...change })) }));
}

function unexported(mesh: MeshFacts["mesh"]): MeshFacts["mesh"] {
  return { ...mesh, services: mesh.services.map((service) => ({ ...service, exported: false })) };
}

function withIstiod(change: Partial<ReachedCluster["istiod"]>): MeshFacts {
  return withCluster("east", (one) => ({ istiod: { ...one.istiod, ...change } }));
}

function changeCluster(facts: MeshFacts, change: Partial<ReachedCluster>): MeshFacts {
  const clusters = facts.clusters.map((one) =>
    one.kind === "reached" && one.cluster === "east" ? { ...one, ...change } : one,
  );
  return { ...facts, clusters };
}

/** An istiod of east to which no ingress gateway is connected. */
function withoutGateway(): Partial<ReachedCluster> {
  const lost = withIstiodPods("east", ({ proxies }) => ({
    proxies: proxies.filter(({ name }) => !name.startsWith(ingressGateway)),
  }));
  const east = lost.clusters.find(({ cluster }) => cluster === "east");
  return east?.kind === "reached" ? { istiod: east.istiod } : {};
}

function withControllers(change: Partial<ControllerFacts>): MeshFacts {
  const none = { leases: [], endpointsOfNobody: [], unseenDeployments: [], unscheduledPods: [] };
  return withCluster("east", () => ({ controllers: { ...none, ...change } }));
}

function leaseOf(name: string, silent: number): ControllerFacts["leases"][number] {
  return { name, holder: "node-1_a", renewed: "2026-11-23T05:00:00Z", silent };
}

function withHook(change: Partial<WriteHookFacts>): MeshFacts {
  const hook = {
    name: "routes.guard.example",
    kind: "ValidatingWebhookConfiguration",
    configuration: "guard",
    place: 0,
    service: "guard/guard",
  } as const;
  return withCluster("east", () => ({ writeHooks: [{ ...hook, ...change }] }));
}

/** East refuses a write that would change nothing. */
function withRefused(refused: Pick<RefusedWrite, "says" | "pod">): MeshFacts {
  const id = { group: "apps", kind: "Deployment", namespace: "sample", name: "helloworld-v1" };
  return withCompared({ refusedWrites: [{ id, ...refused }] });
}

/** East, as these facts have it. */
function reachedIn(facts: MeshFacts): Partial<ReachedCluster> {
  return reachedClusters(facts).find(({ cluster }) => cluster === "east") ?? {};
}

/** What a plan says of east. */
function withCompared(change: Partial<Extract<DriftFacts, { readonly kind: "compared" }>>): MeshFacts {
  return withCluster("east", () => ({
    drift: { kind: "compared", applied: true, objects: [], unknown: [], ...change },
  }));
}

/** Somebody has deleted a namespace of east. */
function withDeletion(name: string, waitsFor: string): MeshFacts {
  const deletion = { since: "2026-01-01T00:00:00Z", waitsFor };
  return withCluster("east", ({ namespaces }) => ({
    namespaces: [...namespaces, { name, labels: {}, injected: true, roots: [], deletion }],
  }));
}

/** The DNS of east is at 10.43.0.77. */
function withLookUps(lookUps: Partial<DnsAddress> | undefined): MeshFacts {
  return withCluster("east", ({ system }) => ({
    system: {
      ...system,
      dns: {
        name: "kube-dns",
        ready: 1,
        pods: [],
        addresses: ["10.43.0.77"],
        ...(lookUps === undefined ? {} : { lookUps: { node: "east-1", asked: [], ofServices: [], ...lookUps } }),
      },
    },
  }));
}

function withBypass(
  annotation: BypassAnnotation,
  value: string,
  change: Partial<ReachedCluster["services"][number]> = {},
): MeshFacts {
  return withCluster("east", (one) => ({
    bypasses: [{ namespace: "sample", pod: "client-1", deployment: "client", annotation, value }],
    services: one.services.map((service) => ({ ...service, addresses: ["10.43.1.2"], ...change })),
  }));
}

function changeServices(facts: MeshFacts, change: Partial<ReachedCluster["services"][number]>): MeshFacts {
  const clusters = facts.clusters.map((one) =>
    one.kind === "reached" ? { ...one, services: one.services.map((each) => ({ ...each, ...change })) } : one,
  );
  return { ...facts, clusters };
}

function shopWithMeshConfig(change: Partial<MeshConfigFacts>): MeshFacts {
  return withMeshConfig(change, healthyShop());
}

/** istio-cni on one node. */
function agent(ready: number, updated = 1): CniAgent {
  return { namespace: "kube-system", name: "istio-cni-node", desired: 1, ready, updated };
}

/** A mesh whose pods have their connections redirected by istio-cni, with these agents of it in east. */
function withIstioCni(
  agents: readonly CniAgent[],
  change: (one: ReachedCluster) => Partial<ReachedCluster> = () => ({}),
): MeshFacts {
  const facts = withCluster("east", (one) => ({ ...change(one), system: { ...one.system, cni: agents } }));
  const clusters = facts.clusters.map((one) =>
    one.kind === "reached" && one.cluster !== "east" ? { ...one, system: { ...one.system, cni: [agent(1)] } } : one,
  );
  return { ...facts, clusters, mesh: { ...facts.mesh, istioCni: true } };
}

/** Both clusters say how istiod is configured; this is how that of east differs. */
function withMeshConfig(change: Partial<MeshConfigFacts>, facts: MeshFacts = healthyFacts()): MeshFacts {
  const usual: MeshConfigFacts = {
    name: "istio",
    discoverySelectors: [],
    exportTo: {},
    trustDomain: "cluster.local",
    trustDomainAliases: [],
    authorizers: [],
  };
  const clusters = facts.clusters.map((one) =>
    one.kind === "reached"
      ? { ...one, istiod: { ...one.istiod, meshConfig: one.cluster === "east" ? { ...usual, ...change } : usual } }
      : one,
  );
  return { ...facts, clusters };
}

function withProxies(change: (proxy: ProxySyncFacts) => Partial<ProxySyncFacts>): MeshFacts {
  return withIstiodPods("east", ({ proxies }) => ({ proxies: proxies.map((one) => ({ ...one, ...change(one) })) }));
}

function withRouting(change: (routing: ReachedCluster["routing"]) => Partial<ReachedCluster["routing"]>): MeshFacts {
  return withCluster("east", (one) => ({ routing: { ...one.routing, ...change(one.routing) } }));
}

function sidecarFindings(facts: MeshFacts) {
  return runChecks(facts, { pre: false }).causes.filter(({ code }) => code === "ISM442");
}

describe("pods without a sidecar", () => {
  const bare = [{ pod: "hello-1", deployment: "hello" }, { pod: "hello-db-0" }];
  const names = bare.map(({ pod }) => pod);

  it("are made anew by their own Deployments, and by whoever else made them", () => {
    expect(sidecarFindings(withService({ withoutSidecar: names, bare }))[0]?.commands).toEqual([
      "kubectl --context isthmus-east -n sample rollout restart deployment hello",
      "kubectl --context isthmus-east -n sample delete pod hello-db-0",
    ]);
  });

  it("get none where no webhook is for the revision that their namespace asks for", () => {
    const facts = withCluster("east", (one) => ({
      istiod: { ...one.istiod, revisions: ["default", "stable"] },
      namespaces: one.namespaces.map((space) =>
        space.name === "sample" ? { ...space, labels: { "istio.io/rev": "canary" } } : space,
      ),
      services: one.services.map((service) => ({ ...service, withoutSidecar: names, bare })),
    }));
    const [found] = sidecarFindings(facts);
    expect(found?.detail).toContain(
      "asks for revision canary (istio.io/rev), and the cluster's injection webhooks are for default, stable",
    );
    expect(found?.commands?.[0]).toContain("isthmus apply");
  });

  it("get none on their node's network", () => {
    const onHost = [{ pod: "hello-1", deployment: "hello", hostNetwork: true }] as const;
    const [found] = sidecarFindings(withService({ withoutSidecar: ["hello-1"], bare: onHost }));
    expect(found?.detail).toContain("is on the node's network (hostNetwork)");
    expect(found?.commands).toEqual([expect.stringContaining("patch deployment hello --type=merge -p")]);
  });
});

/** The ingress of west has got no connection to an endpoint, though it tried so often. */
function neverConnected(address: string, tries: number): MeshFacts {
  return withCluster("west", (one) => ({
    gateways: changeEndpoints(one.gateways, (endpoints) =>
      endpoints.map((endpoint) => (endpoint.address === address ? { ...endpoint, neverConnected: tries } : endpoint)),
    ),
  }));
}

/** The ingress of west has the pods of east as its endpoints, and has tried to connect in vain so often. */
function withWayToEastsPods(tries?: number): MeshFacts {
  return withCluster("west", (one) => ({
    gateways: changeEndpoints(one.gateways, (endpoints) =>
      endpoints.map((endpoint) =>
        endpoint.address === "172.30.2.2:15443"
          ? { ...endpoint, address: "10.42.0.9:5000", ...(tries === undefined ? {} : { neverConnected: tries }) }
          : endpoint,
      ),
    ),
  }));
}

/** Both clusters in one network, with pods of east at other addresses than in west. */
function inOneNetwork(facts: MeshFacts, eastsPods = "10.45.0."): MeshFacts {
  return {
    ...facts,
    mesh: { ...facts.mesh, clusters: facts.mesh.clusters.map((one) => ({ ...one, network: "flat" })) },
    clusters: facts.clusters.map((one) =>
      one.kind === "reached" && one.cluster === "east"
        ? {
            ...one,
            pods: one.pods.map((pod) => ({
              ...pod,
              addresses: pod.addresses.map((address) => address.replace("10.42.0.", eastsPods)),
            })),
          }
        : one,
    ),
  };
}

function withFrontDoor(facts: MeshFacts, issuer: string): MeshFacts {
  const services = facts.mesh.services.map((service) => ({
    ...service,
    routes: service.routes.map((route) => ({
      ...route,
      tls: { secretName: "door", issuer },
      dns: { via: "externalDns" as const },
    })),
  }));
  return { ...facts, mesh: { ...facts.mesh, services, http01Issuers: ["http"] } };
}

function withPods(cluster: "west" | "east", name: string, change: (pod: GatewayPod) => Partial<GatewayPod>): MeshFacts {
  return withGateway(cluster, name, ({ pods }) => ({ pods: pods.map((pod) => ({ ...pod, ...change(pod) })) }));
}

function withConfig(
  cluster: "west" | "east",
  name: string,
  change: (config: ProxyConfig) => Partial<ProxyConfig>,
): MeshFacts {
  return withPods(cluster, name, ({ config }) => ({ config: { ...config, ...change(config) } }));
}

function withProxyRoute(change: (route: ProxyRouteFacts) => Partial<ProxyRouteFacts>): MeshFacts {
  return withConfig("east", ingressGateway, ({ routeTables }) => ({
    routeTables: routeTables.map((table) => ({
      ...table,
      virtualHosts: table.virtualHosts.map((host) => ({
        ...host,
        routes: host.routes.map((route) => ({ ...route, ...change(route) })),
      })),
    })),
  }));
}

/** East's gateway has a host name, for which west's istiod has this address. */
function withEastGatewayNamed(address: string): MeshFacts {
  const named = withGateway("east", eastWestGateway, ({ service }) =>
    service === undefined ? {} : { service: { ...service, addresses: ["lb.example"] } },
  );
  return {
    ...named,
    clusters: named.clusters.map((one) =>
      one.kind !== "reached" || one.cluster !== "west"
        ? one
        : {
            ...one,
            istiod: {
              ...one.istiod,
              pods: one.istiod.pods.map((pod) => ({
                ...pod,
                networkGateways: pod.networkGateways.map((known) =>
                  known.cluster === "east" ? { ...known, address } : known,
                ),
              })),
            },
          },
    ),
  };
}

/** The pod of west has an address of each family, and the ingress proxy has it by this one. */
function withPodOfTwoFamilies(address: string): MeshFacts {
  const facts = withConfig("west", ingressGateway, ({ clusters }) => ({
    clusters: clusters.map((cluster) => ({
      ...cluster,
      endpoints: cluster.endpoints.map((endpoint) =>
        endpoint.address === "10.42.0.7:5000" ? { ...endpoint, address } : endpoint,
      ),
    })),
  }));
  const alsoAt = { "10.42.0.7:5000": ["[fd00::7]:5000"] };
  return {
    ...facts,
    clusters: facts.clusters.map((one) =>
      one.kind === "reached" && one.cluster === "west"
        ? { ...one, services: one.services.map((service) => ({ ...service, alsoAt })) }
        : one,
    ),
  };
}

/** A gateway's Service in east. */
function serviceOf(addresses: readonly string[], ports: readonly number[]): NonNullable<GatewayFacts["service"]> {
  const servicePorts = ports.map((port) => ({ port, protocol: "TCP", targetPort: port }));
  return {
    type: "LoadBalancer",
    network: "east-net",
    addresses,
    ports,
    servicePorts,
    selector: { istio: "eastwestgateway" },
  };
}

/** A route over TLS for two hosts, and what east has in its Secret. */
function withCertificate(change: Partial<TlsSecretFacts>): MeshFacts {
  const door = { name: "door", present: true, fingerprint: "AA", notAfter: "2030-01-01T00:00:00.000Z", keyFits: true };
  const facts = withFrontDoor(
    withCluster("east", () => ({ tlsSecrets: [{ ...door, ...change }] })),
    "dns",
  );
  const services = facts.mesh.services.map((service) => ({
    ...service,
    routes: service.routes.map((route) => ({ ...route, hosts: ["a.web.example", "A.b.example", "*"] })),
  }));
  return { ...facts, mesh: { ...facts.mesh, services } };
}

const acmeServer = "https://acme.example/dir";

/** A certificate that isthmus orders, of 90 days, the same in both clusters and not due; changed in east. */
function withOrdered(change: Partial<TlsSecretFacts>): MeshFacts {
  const certificate = {
    name: "door",
    present: true,
    fingerprint: "AA",
    hosts: ["web.example"],
    keyFits: true,
    notBefore: "2026-11-01T00:00:00.000Z",
    notAfter: "2027-01-30T00:00:00.000Z",
    acmeServer,
  };
  const facts = withFrontDoor(healthyFacts(), "own");
  const services = facts.mesh.services.map((service) => ({
    ...service,
    routes: service.routes.map((route) => ({ ...route, hosts: ["web.example"] })),
  }));
  return {
    ...facts,
    mesh: { ...facts.mesh, services, ownIssuers: { own: { server: acmeServer } } },
    clusters: facts.clusters.map((one) =>
      one.kind === "reached"
        ? { ...one, tlsSecrets: [one.cluster === "east" ? { ...certificate, ...change } : certificate] }
        : one,
    ),
  };
}

function restricted(namespace: NamespaceFacts): NamespaceFacts {
  return {
    ...namespace,
    labels: { ...namespace.labels, "pod-security.kubernetes.io/enforce": "restricted" },
  };
}

/** East's gateway behind a load balancer that has a DNS name. */
function withEastName(facts: MeshFacts): MeshFacts {
  const named = withGateway("east", eastWestGateway, () => ({
    service: serviceOf(["ew.east.example"], [15443]),
  }));
  return { ...facts, clusters: [...facts.clusters.slice(0, 1), ...named.clusters.slice(1)] };
}

const rivalGateway = {
  namespace: "sample",
  name: "rival",
  created: "2026-11-02T03:00:00Z",
  selector: { istio: "eastwestgateway" },
  servers: [{ port: 15443, protocol: "TLS", tlsMode: "ISTIO_MUTUAL", hosts: ["*.local"] }],
};
/** A Gateway that somebody has made for the pods of the ingress gateway, before the mesh had its own. */
function olderGateway(server: Partial<GatewayServer>, more: Partial<GatewayObject> = {}): GatewayObject {
  return {
    namespace: "default",
    name: "raw",
    created: "2026-10-01T00:00:00Z",
    selector: { istio: "ingressgateway" },
    servers: [{ port: 80, protocol: "TCP", tlsMode: "", hosts: ["*"], ...server }],
    ...more,
  };
}

function withOlderGateway(...of: Parameters<typeof olderGateway>): MeshFacts {
  return withRouting(({ gateways }) => ({ gateways: [...gateways, olderGateway(...of)] }));
}

const everything = { matchLabels: {}, matchExpressions: [] };
const denyAll = {
  namespace: "istio-system",
  name: "deny",
  podSelector: everything,
  types: { ingress: true, egress: false },
  ingress: [],
  egress: [],
};
const plainText = {
  namespace: "sample",
  name: "plain",
  created: "2026-11-02T00:00:00Z",
  mode: "DISABLE",
  portModes: {},
};
const allowNothing = { namespace: "sample", name: "nothing", action: "ALLOW", targeted: false, rules: [] };
const foreignRule = {
  namespace: "sample",
  name: "somebody-elses",
  host: "helloworld",
  created: "2026-11-05T00:00:00Z",
  own: false,
  subsets: [],
};

/** East has a rule that sends the service's requests to a region in which no node is. */
function strandingRule(): MeshFacts {
  return withRouting(({ destinationRules }) => ({
    destinationRules: [...destinationRules, { ...foreignRule, trafficPolicy: { distributesTo: ["nowhere/*"] } }],
  }));
}

/** East has an older rule with a traffic policy for the service with failover, whose own rule has one too. */
function withOlderPolicy(facts: MeshFacts): MeshFacts {
  const other = {
    ...foreignRule,
    namespace: "shop",
    host: "orders",
    created: "2026-10-01T00:00:00Z",
    trafficPolicy: {},
  };
  const clusters = facts.clusters.map((one) => {
    if (one.kind !== "reached" || one.cluster !== "east") {
      return one;
    }
    const rules = one.routing.destinationRules.map((rule) => ({ ...rule, trafficPolicy: {} }));
    return { ...one, routing: { ...one.routing, destinationRules: [...rules, other] } };
  });
  return { ...facts, clusters };
}

const quota = {
  namespace: "sample",
  name: "q",
  resources: { "limits.cpu": { hard: "4", used: "3600m" }, "requests.memory": { hard: "8Gi", used: "1Gi" } },
};

function withDrift(...objects: readonly DriftedObject[]): MeshFacts {
  return withCluster("east", () => ({ drift: { kind: "compared", applied: true, objects, unknown: [] } }));
}

const kubectlEdit = { manager: "kubectl-edit", time: "2026-11-23T05:00:00Z" };

const drifted: DriftedObject = {
  id: { group: "networking.istio.io", kind: "Gateway", namespace: "sample", name: "door" },
  state: "changed",
  fields: [{ path: "spec.servers[0].port.number", live: "81", wanted: "80" }],
  writer: kubectlEdit,
};

const guard: NonNullable<HinderedWorkload["webhook"]> = {
  name: "a",
  kind: "ValidatingWebhookConfiguration",
  configuration: "guard",
  place: 0,
  answers: false,
};

function hindered(words: string, webhook?: HinderedWorkload["webhook"]): HinderedWorkload {
  const own = { kind: "Deployment", namespace: "sample", name: "helloworld-v2" };
  return { ...own, service: "sample/helloworld", version: "v2", words, ...(webhook === undefined ? {} : { webhook }) };
}

function withoutEast(): MeshFacts {
  const facts = healthyFacts();
  return {
    ...facts,
    clusters: facts.clusters.map((one) =>
      one.cluster === "east"
        ? {
            kind: "unreachable",
            cluster: "east",
            diagnostic: { code: "ISM255", severity: "error", summary: "Nothing listens", detail: "refused" },
          }
        : one,
    ),
  };
}

/** Check, what is wrong, the facts, and exactly what the check must find. */
const table: readonly (readonly [Check["id"], string, MeshFacts, readonly string[]])[] = [
  ["access/clusters-answer", "a cluster that does not answer", withoutEast(), ["error ISM255 east"]],
  [
    "access/distinct-clusters",
    "one API server under two names",
    withCluster("east", ({ system }) => ({ system: { ...system, uid: "uid-of-west" } })),
    ["error ISM492 east→west"],
  ],
  [
    "access/distinct-clusters",
    "nothing where the UIDs are not known",
    {
      ...healthyFacts(),
      clusters: healthyFacts().clusters.map((one) =>
        one.kind === "reached" ? { ...one, system: { ...one.system, uid: "" } } : one,
      ),
    },
    [],
  ],
  [
    "access/nodes-ready",
    "no ready node",
    withCluster("east", (one) => ({ nodes: one.nodes.map((node) => ({ ...node, ready: false })) })),
    ["error ISM411 east"],
  ],
  [
    "versions/kubernetes",
    "a Kubernetes that this Istio refuses",
    withCluster("east", () => ({ kubernetesVersion: "v1.20.4" })),
    ["error ISM214 east"],
  ],
  [
    "versions/kubernetes",
    "a Kubernetes that is newer than Istio supports",
    withCluster("east", () => ({ kubernetesVersion: "v1.99.0" })),
    ["warning ISM215 east"],
  ],
  ["versions/istio-version", "an older istiod", withIstiod({ version: "1.30.4" }), ["warning ISM412 east"]],
  ["versions/rotation-safe", "1.30.3", withIstiod({ version: "1.30.3-distroless" }), ["warning ISM413 east"]],
  ["versions/rotation-safe", "nothing at 1.30.4", withIstiod({ version: "1.30.4" }), []],
  [
    "trust/cacerts-sound",
    "no cacerts beside an istiod",
    withCluster("east", () => ({ authority: { kind: "missing" } })),
    ["error ISM415 east"],
  ],
  [
    "trust/cacerts-sound",
    "nothing where somebody else installs Istio, and all clusters have one root",
    ofSomebody(withCluster("east", () => ({ authority: { kind: "missing" } }))),
    [],
  ],
  [
    "trust/cacerts-sound",
    "a root of its own where somebody else installs Istio",
    ofSomebody(
      withCluster("east", (one) => ({
        authority: { kind: "missing" },
        namespaces: one.namespaces.map((namespace) => ({ ...namespace, roots: ["own"] })),
      })),
    ),
    ["error ISM415 east"],
  ],
  [
    "versions/istio-version",
    "nothing of a version that somebody else chooses",
    ofSomebody(withIstiod({ version: "1.30.4" })),
    [],
  ],
  [
    "versions/kubernetes",
    "nothing where somebody else has installed Istio",
    ofSomebody(withCluster("east", () => ({ kubernetesVersion: "v1.99.0" }))),
    [],
  ],
  [
    "trust/cacerts-sound",
    "parts that do not fit",
    withCluster("east", () => ({
      authority: { kind: "broken", flaw: "ca-key.pem does not belong to ca-cert.pem", effect: "istiod" },
    })),
    ["error ISM415 east"],
  ],
  [
    "trust/signer",
    "an istiod that goes on with the certificate that it had",
    withIstiodPods("east", () => ({ signerEnds: "2027-01-01T00:00:00.000Z" })),
    ["error ISM490 east"],
  ],
  [
    "trust/signer",
    "nothing while the kubelet hands the Secret on",
    {
      ...withIstiodPods("east", () => ({ signerEnds: "2027-01-01T00:00:00.000Z" })),
      takenAt: "2026-11-01T00:01:00.000Z",
    },
    [],
  ],
  ["trust/same-root", "a root of the same subject and another key", withRoot({}), ["error ISM414 east"]],
  ["trust/issued-by-cacerts", "an istiod that was started before cacerts", withRoot({}), ["error ISM416 east"]],
  [
    "trust/proxies-trust-root",
    "proxies with the old root",
    withRoot({}),
    ["error ISM417 west→east", "error ISM417 east"],
  ],
  ["control-plane/istiod-ready", "istiod scaled to 0", withIstiod({ desired: 0, ready: 0 }), ["error ISM420 east"]],
  [
    "control-plane/root-certificate",
    "a namespace that istiod has given up",
    withCluster("east", (one) => ({
      namespaces: one.namespaces.map((namespace) => {
        const { roots: _, ...rest } = namespace;
        return rest.name === "sample" ? rest : namespace;
      }),
    })),
    ["error ISM453 east"],
  ],
  [
    "control-plane/istiod-ready",
    "no istiod at all",
    withCluster("east", (one) => {
      const { desired: _, ...rest } = one.istiod;
      return { istiod: rest };
    }),
    ["error ISM420 east"],
  ],
  ["control-plane/cluster-id", "another name in istiod", withIstiod({ clusterId: "oest" }), ["error ISM421 east"]],
  ["drift/objects", "an object that somebody has changed", withDrift(drifted), ["error ISM454 east"]],
  ["drift/objects", "an object that is gone", withDrift({ ...drifted, state: "gone" }), ["error ISM455 east"]],
  [
    "drift/objects",
    "one deed, where one writer has changed many objects at once",
    withDrift(...[1, 2, 3, 4, 5].map((number) => ({ ...drifted, id: { ...drifted.id, name: `door-${number}` } }))),
    ["error ISM454 east"],
  ],
  ["drift/objects", "nothing in what was not applied yet", withDrift({ ...drifted, state: "pending" }), []],
  [
    "drift/objects",
    "nothing in a cluster that the mesh was never applied to",
    withCluster("east", () => ({
      drift: { kind: "compared", applied: false, objects: [{ ...drifted, state: "gone" }], unknown: [] },
    })),
    [],
  ],
  [
    "drift/mesh-file",
    "a mesh file that was not applied yet",
    withDrift({ ...drifted, state: "pending" }),
    ["warning ISM456 east"],
  ],
  [
    "drift/added-fields",
    "a field that somebody has added",
    withCluster("east", () => ({
      drift: {
        kind: "compared",
        applied: true,
        objects: [],
        added: [{ id: drifted.id, fields: [{ path: "spec.a", pointer: "/spec/a", writer: kubectlEdit }] }],
        unknown: [],
      },
    })),
    ["warning ISM556 east"],
  ],
  ["drift/mesh-file", "what it no longer asks for", withDrift({ ...drifted, state: "left" }), ["warning ISM456 east"]],
  ["control-plane/mesh-id", "another mesh", withCluster("east", () => ({ meshId: "other" })), ["error ISM422 east"]],
  [
    "control-plane/validation",
    "no webhook for objects without a revision",
    withIstiod({ validation: { webhooks: ["istio-validator-istio-system"], seesUnlabelled: false } }),
    ["warning ISM469 east"],
  ],
  [
    "control-plane/proxies-accept",
    "one finding for proxies that refuse the same",
    withProxies(() => ({ refused: [{ kind: "routes", words: "invalid regex" }] })),
    ["error ISM466 east"],
  ],
  [
    "control-plane/proxies-accept",
    "nothing where a proxy that came back has taken everything",
    withIstiodPods("east", ({ proxies }) => ({
      proxies: [
        ...proxies.map((proxy) => ({ ...proxy, refused: [{ kind: "routes", words: "invalid regex" }] })),
        ...proxies,
      ],
    })),
    [],
  ],
  [
    "control-plane/proxies-current",
    "a proxy that does not acknowledge",
    withProxies(({ name }) => (name.startsWith(ingressGateway) ? { behind: ["routes"] } : {})),
    ["error ISM467 east"],
  ],
  [
    "control-plane/proxies-current",
    "nothing for the connection of a pod that is gone",
    withIstiodPods("east", ({ proxies }) => ({
      proxies: [...proxies, { namespace: "sample", name: "gone", refused: [], behind: ["endpoints"] }],
    })),
    [],
  ],
  [
    "control-plane/proxies-connected",
    "a gateway that no istiod knows",
    withIstiodPods("east", ({ proxies }) => ({
      proxies: proxies.filter(({ name }) => !name.startsWith(ingressGateway)),
    })),
    ["error ISM468 east"],
  ],
  [
    "control-plane/proxies-connected",
    "one thing where all have lost an istiod that answers",
    withIstiodPods("east", () => ({ proxies: [] })),
    ["error ISM468 east"],
  ],
  [
    "control-plane/proxies-connected",
    "nothing where an istiod does not say whom it has",
    withIstiodPods("east", () => ({ problem: "no answer within 10 s", proxies: [] })),
    [],
  ],
  ["control-plane/webhook", "no webhook", withIstiod({ webhook: false }), ["error ISM423 east"]],
  [
    "network/cluster-dns",
    "a DNS without endpoints",
    withCluster("east", ({ system }) => ({
      system: { ...system, dns: { name: "kube-dns", ready: 0, pods: [] } },
    })),
    ["error ISM493 east"],
  ],
  [
    "network/cluster-dns",
    "a DNS that is scaled to 0",
    withCluster("east", ({ system }) => ({
      system: { ...system, dns: { name: "kube-dns", ready: 0, halted: ["coredns"], pods: [] } },
    })),
    ["error ISM493 east"],
  ],
  [
    "access/controllers",
    "an endpoint whose pod is gone",
    withControllers({
      endpointsOfNobody: [{ service: "sample/helloworld", pod: "helloworld-v2-a", address: "10.42.0.9" }],
    }),
    ["error ISM591 east"],
  ],
  [
    "access/controllers",
    "a Deployment that nobody has seen, and a Lease that nobody renews, as one",
    withControllers({
      unseenDeployments: [{ namespace: "sample", name: "helloworld-v2", seconds: 40 }],
      leases: [leaseOf("kube-controller-manager", 300)],
    }),
    ["error ISM591 east"],
  ],
  [
    "access/controllers",
    "Leases that nobody renews, while nothing is left undone",
    withControllers({ leases: [leaseOf("kube-controller-manager", 61), leaseOf("kube-scheduler", 300)] }),
    ["warning ISM591 east", "warning ISM592 east"],
  ],
  [
    "access/controllers",
    "nothing in a Lease that was renewed, nor in one that is left over from another way of running them",
    withControllers({ leases: [leaseOf("kube-scheduler", 59), leaseOf("kube-controller-manager", 90_000)] }),
    [],
  ],
  [
    "access/controllers",
    "a pod that no scheduler has seen",
    withControllers({ unscheduledPods: [{ namespace: "shop", name: "web-1", seconds: 25 }] }),
    ["error ISM592 east"],
  ],
  [
    "control-plane/write-hooks",
    "a webhook whose Service is gone",
    withHook({ dead: "no-service" }),
    ["error ISM593 east"],
  ],
  ["control-plane/write-hooks", "one without endpoints", withHook({ dead: "no-endpoints" }), ["error ISM593 east"]],
  ["control-plane/write-hooks", "nothing in one that may answer", withHook({}), []],
  [
    "control-plane/write-hooks",
    "one of which the API server says that it does not answer",
    changeCluster(withHook({}), {
      drift: {
        kind: "compared",
        applied: true,
        objects: [],
        unknown: [
          {
            object: "VirtualService sample/helloworld",
            reason: 'failed calling webhook "routes.guard.example": refused',
          },
        ],
      },
    }),
    ["error ISM593 east"],
  ],
  [
    "access/kube-proxies",
    "one that stands still",
    withCluster("east", ({ system }) => ({ system: { ...system, kubeProxies: [{ node: "a", state: "silent" }] } })),
    ["error ISM762 east"],
  ],
  [
    "access/kube-proxies",
    "one thing, and no error, where nothing tells those that stand still from a firewall",
    withCluster("east", ({ system }) => ({
      system: {
        ...system,
        kubeProxies: [
          { node: "a", state: "unheard" },
          { node: "b", state: "unheard" },
        ],
      },
    })),
    ["warning ISM763 east"],
  ],
  ["access/namespaces-stay", "a namespace that goes", withDeletion("shop", ""), ["error ISM760 east"]],
  [
    "access/namespaces-stay",
    "one that waits for what nobody takes away",
    withDeletion(
      "shop",
      "Some content in the namespace has finalizers remaining: team.example/hold in 1 resource instances",
    ),
    ["error ISM760 east"],
  ],
  [
    "drift/inventory",
    "objects of the mesh of which no list is there",
    withCompared({ applied: false, unlisted: 12 }),
    ["warning ISM761 east"],
  ],
  [
    "control-plane/writes",
    "a policy that refuses every write of a route",
    withRefused({ says: "ValidatingAdmissionPolicy 'freeze' with binding 'freeze' denied request: until Monday" }),
    ["warning ISM758 east"],
  ],
  [
    "control-plane/writes",
    "a webhook that refuses a pod which was tried, as a warning while no pod is missing",
    withRefused({ pod: true, says: 'admission webhook "pods.example" denied the request: no' }),
    ["warning ISM758 east"],
  ],
  [
    "control-plane/writes",
    "a webhook that refuses new pods where one is missing",
    withCluster("east", () => ({
      ...reachedIn(withRefused({ pod: true, says: 'admission webhook "pods.example" denied the request: no' })),
      hindered: [{ kind: "Deployment", namespace: "sample", name: "helloworld-v1", words: "no" }],
    })),
    ["error ISM758 east"],
  ],
  [
    "control-plane/writes",
    "a webhook for Services that does not answer",
    withRefused({ says: 'failed calling webhook "services.example": context deadline exceeded' }),
    ["error ISM758 east"],
  ],
  [
    "control-plane/writes",
    "one thing where the API server reaches none of istiod's webhooks",
    withCompared({
      refusedWrites: ["rev.validation", "namespace.sidecar-injector"].map((name) => ({
        id: { group: "apps", kind: "Deployment", namespace: "sample", name: "helloworld-v1" },
        ...(name.startsWith("rev") ? {} : { pod: true as const }),
        says: `failed calling webhook "${name}.istio.io": context deadline exceeded`,
      })),
    }),
    ["error ISM759 east"],
  ],
  [
    "network/dns-address",
    "pods that ask where no Service is",
    withLookUps({ asked: ["10.43.0.10"] }),
    ["error ISM594 east"],
  ],
  [
    "network/dns-address",
    "nothing where they ask the Service, or another one",
    withLookUps({ asked: ["10.43.0.10"], ofServices: ["10.43.0.10"] }),
    [],
  ],
  ["network/dns-address", "nothing in a resolver on the nodes", withLookUps({ asked: ["169.254.20.10"] }), []],
  ["network/dns-address", "nothing where no kubelet was asked", withLookUps(undefined), []],
  [
    "services/calls-past-sidecars",
    "what leaves a port out, as a warning where pods answer in clear text",
    withBypass("traffic.sidecar.istio.io/excludeOutboundPorts", "5432, 5000"),
    ["warning ISM599 east"],
  ],
  [
    "services/calls-past-sidecars",
    "nothing in other ports",
    withBypass("traffic.sidecar.istio.io/excludeOutboundPorts", "5432"),
    [],
  ],
  [
    "services/calls-past-sidecars",
    "a block of addresses that is left out, to a service without pods in the cluster",
    withBypass("traffic.sidecar.istio.io/excludeOutboundIPRanges", "10.43.0.0/16", { endpoints: [] }),
    ["error ISM599 east"],
  ],
  [
    "services/calls-past-sidecars",
    "blocks of addresses without that of the service, or none at all",
    withBypass("traffic.sidecar.istio.io/includeOutboundIPRanges", "192.0.2.0/24"),
    ["warning ISM599 east"],
  ],
  [
    "services/calls-past-sidecars",
    "nothing where the blocks have it",
    withBypass("traffic.sidecar.istio.io/includeOutboundIPRanges", "192.0.2.0/24,10.0.0.0/8"),
    [],
  ],
  [
    "network/cluster-dns",
    "nothing where the cluster has another DNS",
    withCluster("east", ({ system: { dns: _, ...system } }) => ({ system })),
    [],
  ],
  [
    "control-plane/mesh-config",
    "selectors that leave a namespace of the mesh out",
    withMeshConfig({ discoverySelectors: [{ matchLabels: { mesh: "yes" }, matchExpressions: [] }] }),
    ["error ISM623 east"],
  ],
  [
    "control-plane/mesh-config",
    "nothing in selectors that take all of them, one by one",
    withMeshConfig({
      discoverySelectors: [
        { matchLabels: { "istio-injection": "enabled" }, matchExpressions: [] },
        { matchLabels: { "kubernetes.io/metadata.name": "istio-system" }, matchExpressions: [] },
      ],
    }),
    [],
  ],
  [
    "control-plane/mesh-config",
    "Services that are told to their own namespace",
    withMeshConfig({ exportTo: { services: ["."] } }),
    ["error ISM624 east"],
  ],
  [
    "control-plane/mesh-config",
    "nothing in Services that are told to all namespaces of the mesh",
    withMeshConfig({ exportTo: { services: ["istio-system", "sample"], destinationRules: [".", "istio-system"] } }),
    [],
  ],
  [
    "control-plane/mesh-config",
    "callers of another namespace that are not told, as a warning",
    shopWithMeshConfig({ exportTo: { services: ["istio-system", "."] } }),
    ["warning ISM624 east"],
  ],
  [
    "control-plane/mesh-config",
    "nothing where the Services say it themselves",
    changeServices(withMeshConfig({ exportTo: { services: ["."] } }), { exportTo: ["*"] }),
    [],
  ],
  [
    "control-plane/mesh-config",
    "another trust domain, of which each side knows nothing",
    withMeshConfig({ trustDomain: "corp.example" }),
    ["error ISM625 west", "error ISM625 east"],
  ],
  [
    "control-plane/mesh-config",
    "one side that does not take the other",
    withMeshConfig({ trustDomain: "corp.example", trustDomainAliases: ["cluster.local"] }),
    ["error ISM625 west"],
  ],
  ["control-plane/mesh-config", "nothing in what all clusters have", withMeshConfig({}), []],
  [
    "network/namespace-label",
    "no label",
    withCluster("east", (one) => ({ namespaces: one.namespaces.map(({ network: _, ...rest }) => rest) })),
    ["error ISM418 east"],
  ],
  [
    "network/namespace-label",
    "the other cluster's label",
    withCluster("east", (one) => ({ namespaces: one.namespaces.map((space) => ({ ...space, network: "west-net" })) })),
    ["error ISM418 east"],
  ],
  [
    "access/pods-start",
    "one finding for all that wait for a node",
    withCluster("east", (one) => ({
      nodes: one.nodes.map((node) => ({ ...node, cordoned: true })),
      hindered: [
        hindered("pod web-1: no node takes the pod: 0/1 nodes are available: 1 node(s) were unschedulable."),
        { ...hindered("pod b: no node takes the pod: 0/1 nodes are available: 1 were unschedulable."), name: "other" },
      ],
    })),
    ["error ISM596 east"],
  ],
  [
    "access/pods-start",
    "a webhook that does not answer",
    withCluster("east", () => ({ hindered: [hindered('failed calling webhook "a"', guard)] })),
    ["error ISM595 east"],
  ],
  [
    "access/pods-start",
    "a limit of the namespace",
    withCluster("east", () => ({ hindered: [hindered("pods cannot be created: maximum cpu usage is 1")] })),
    ["error ISM595 east"],
  ],
  [
    "access/pods-start",
    "an image that cannot be pulled",
    withCluster("east", () => ({ hindered: [hindered("pod web-1: container web: ImagePullBackOff")] })),
    ["error ISM597 east"],
  ],
  [
    "access/pods-start",
    "nothing in a crash, nor in an injector that does not answer",
    withCluster("east", () => ({
      hindered: [
        hindered("pod web-1: container web: CrashLoopBackOff"),
        hindered("failed calling webhook", { ...guard, name: "namespace.sidecar-injector.istio.io" }),
      ],
    })),
    [],
  ],
  [
    "network/pod-labels",
    "a pod in another network",
    withCluster("east", (one) => ({
      pods: one.pods.map((pod) =>
        pod.namespace === "sample" ? { ...pod, labels: { ...pod.labels, "topology.istio.io/network": "other" } } : pod,
      ),
    })),
    ["error ISM567 east"],
  ],
  [
    "network/pod-labels",
    "nothing in a pod that carries its own network",
    withCluster("east", (one) => ({
      pods: one.pods.map((pod) => ({ ...pod, labels: { ...pod.labels, "topology.istio.io/network": "east-net" } })),
    })),
    [],
  ],
  [
    "network/gateway-label",
    "no label at the Service",
    withGateway("east", eastWestGateway, () => ({
      service: { ...serviceOf(["172.30.2.2"], [15443]), network: "" },
    })),
    ["error ISM419 east"],
  ],
  [
    "network/gateway-label",
    "another network in the pods",
    withGateway("east", eastWestGateway, () => ({ network: "west-net" })),
    ["error ISM419 east"],
  ],
  ["gateways/ready", "no ready pod", withGateway("east", ingressGateway, () => ({ ready: 0 })), ["error ISM424 east"]],
  [
    "gateways/addresses",
    "a pending load balancer",
    withGateway("east", eastWestGateway, () => ({
      service: serviceOf([], [15443]),
    })),
    ["error ISM425 east"],
  ],
  [
    "gateways/addresses",
    "a Service without 15443",
    withGateway("east", eastWestGateway, () => ({
      service: serviceOf(["172.30.2.2"], [443]),
    })),
    ["error ISM425 east"],
  ],
  [
    "gateways/strangers",
    "a pod to which the Service leads as well",
    withGateway("east", ingressGateway, ({ service }) => ({
      service: { ...(service ?? serviceOf([], [])), selector: { istio: "ingressgateway" } },
      strangers: [{ name: "tool-1", labels: { istio: "ingressgateway" }, ready: true }],
    })),
    ["error ISM568 east"],
  ],
  [
    "gateways/strangers",
    "one finding for the pods of one Deployment that the Service leaves out",
    withGateway("east", ingressGateway, ({ service }) => ({
      service: { ...(service ?? serviceOf([], [])), selector: { app: "istio-ingressgateway" } },
      strangers: ["tool-1", "tool-2"].map((name) => ({
        name,
        labels: { istio: "ingressgateway" },
        ready: true,
        owner: { kind: "Deployment", name: "tool" },
      })),
    })),
    ["warning ISM568 east"],
  ],
  ["gateways/cross-network", "no Gateway for 15443", withRouting(() => ({ gateways: [] })), ["error ISM426 east"]],
  [
    "gateways/cross-network",
    "a second Gateway for 15443",
    withRouting(({ gateways }) => ({ gateways: [...gateways, rivalGateway] })),
    ["error ISM426 east"],
  ],
  [
    "gateways/shared-ports",
    "an older Gateway with TCP at the port of routes",
    withOlderGateway({}),
    ["error ISM563 east"],
  ],
  [
    "gateways/shared-ports",
    "one that names the container's own port",
    withOlderGateway({ port: 8080 }),
    ["error ISM563 east"],
  ],
  ["gateways/shared-ports", "nothing of one with HTTP", withOlderGateway({ protocol: "HTTP2" }), []],
  ["gateways/shared-ports", "nothing of one at another port", withOlderGateway({ port: 9000 }), []],
  ["gateways/shared-ports", "nothing of one at another address", withOlderGateway({ bind: "10.0.0.1" }), []],
  ["gateways/shared-ports", "nothing of a younger one", withOlderGateway({}, { created: "2026-12-01T00:00:00Z" }), []],
  [
    "gateways/shared-ports",
    "one of the same second, by its name",
    withOlderGateway({}, { created: "2026-11-01T03:00:00Z", name: "a" }),
    ["error ISM563 east"],
  ],
  [
    "gateways/shared-ports",
    "nothing of one of the same second with a name after ours",
    withOlderGateway({}, { created: "2026-11-01T03:00:00Z" }),
    [],
  ],
  [
    "gateways/shared-ports",
    "nothing of one for other pods",
    withOlderGateway({}, { selector: { istio: "ingressgateway", team: "shop" } }),
    [],
  ],
  [
    "gateways/shared-ports",
    "nothing of one that gives way to an older one with HTTP itself",
    withRouting(({ gateways }) => ({
      gateways: [
        ...gateways,
        olderGateway({}),
        olderGateway({ protocol: "HTTP" }, { name: "oldest", created: "2026-09-01T00:00:00Z" }),
      ],
    })),
    [],
  ],
  [
    "gateways/shared-ports",
    "an older Gateway with TLS for the host of ours, and none for another host or another address",
    withRouting(({ gateways }) => ({
      gateways: [
        ...gateways.filter(({ name }) => name !== "helloworld-gateway"),
        olderGateway({ port: 80, protocol: "HTTPS", tlsMode: "SIMPLE", hosts: ["a.example", "b.example"] }),
        olderGateway(
          { port: 80, protocol: "HTTPS", tlsMode: "SIMPLE", hosts: ["b.example"] },
          { namespace: "sample", name: "helloworld-gateway", created: "2026-11-01T03:00:00Z" },
        ),
        olderGateway({ protocol: "HTTPS", tlsMode: "SIMPLE", hosts: ["c.example"] }, { name: "c" }),
        olderGateway({ protocol: "HTTPS", tlsMode: "SIMPLE", hosts: ["b.example"], bind: "10.0.0.1" }, { name: "d" }),
      ],
    })),
    ["error ISM563 east"],
  ],
  ["gateways/shared-ports", "one for all pods", withOlderGateway({}, { selector: {} }), ["error ISM563 east"]],
  [
    "gateways/listener",
    "a proxy without the listener",
    withGateway("east", eastWestGateway, ({ pods }) => ({ pods: pods.map((pod) => ({ ...pod, listeners: [15021] })) })),
    ["error ISM427 east"],
  ],
  [
    "gateways/listener",
    "nothing where the Service leads to another port, and the proxy listens there",
    withGateway("east", eastWestGateway, ({ pods, service }) => ({
      pods: pods.map((pod) => ({ ...pod, listeners: [15021, 15444] })),
      service: {
        ...(service ?? serviceOf([], [])),
        servicePorts: [{ port: 15443, protocol: "TCP", targetPort: 15444 }],
      },
    })),
    [],
  ],
  [
    "gateways/proxies-answer",
    "a proxy that does not answer",
    withPods("east", ingressGateway, () => ({ problem: "no answer within 10 s" })),
    ["warning ISM470 east"],
  ],
  [
    "gateways/proxies-answer",
    "one that stands still: istiod has lost it too",
    changeCluster(
      withPods("east", ingressGateway, () => ({ problem: "no answer within 10 s" })),
      withoutGateway(),
    ),
    ["error ISM470 east"],
  ],
  [
    "gateways/services",
    "a selector that selects nobody",
    withGateway("east", ingressGateway, ({ service }) => ({
      service: { ...(service ?? serviceOf([], [])), selector: { istio: "ingress" } },
    })),
    ["error ISM474 east"],
  ],
  [
    "gateways/services",
    "nothing of a gateway that has no ready pod",
    withGateway("east", ingressGateway, ({ service }) => ({
      ready: 0,
      service: { ...(service ?? serviceOf([], [])), selector: { istio: "ingress" } },
    })),
    [],
  ],
  [
    "gateways/subset-chains",
    "a version that the east-west proxy does not lead to",
    withConfig("east", eastWestGateway, ({ chains }) => ({
      chains: chains.filter((chain) => !chain.serverNames.some((name) => name.includes("v2"))),
    })),
    ["error ISM477 east"],
  ],
  [
    "gateways/subset-chains",
    "a version without endpoints in the east-west proxy",
    withConfig("east", eastWestGateway, ({ clusters }) => ({
      clusters: clusters.map((cluster) => ({ ...cluster, endpoints: [] })),
    })),
    ["error ISM477 east"],
  ],
  [
    "routes/in-proxies",
    "a proxy without the listener",
    withConfig("east", ingressGateway, () => ({ chains: [] })),
    ["error ISM475 east"],
  ],
  [
    "routes/in-proxies",
    "a proxy without the host",
    withConfig("east", ingressGateway, ({ routeTables }) => ({
      routeTables: routeTables.map((table) => ({ ...table, virtualHosts: [] })),
    })),
    ["error ISM475 east"],
  ],
  [
    "routes/in-proxies",
    "another match",
    withProxyRoute(({ path }) => ({ path: { ...path, value: "/other" } })),
    ["error ISM475 east"],
  ],
  [
    "routes/in-proxies",
    "other weights",
    withProxyRoute(({ clusters }) => ({
      clusters: Object.fromEntries(Object.keys(clusters).map((name) => [name, 50])),
    })),
    ["error ISM475 east"],
  ],
  [
    "routes/in-proxies",
    "an answer of the proxy itself",
    withProxyRoute(() => ({ clusters: {}, answers: 404 })),
    ["error ISM475 east"],
  ],
  ["routes/in-proxies", "nothing where it cannot know", withProxyRoute(() => ({ conditional: true })), []],
  [
    "services/other-pods",
    "a pod of no version",
    withCluster("east", (one) => ({
      services: one.services.map((service) => ({
        ...service,
        workloads: [{ version: "", kind: "Pod", name: "x", pods: ["x"], own: false, written: { by: "", at: "" } }],
      })),
    })),
    ["warning ISM590 east"],
  ],
  [
    "routes/filters",
    "a limit in an ingress proxy",
    withConfig("east", ingressGateway, () => ({
      filters: [
        {
          at: "listener 0.0.0.0_8080",
          filter: "local_ratelimit",
          limit: { status: 429, burst: 1, perSecond: 0.1, percent: 100 },
        },
      ],
    })),
    ["error ISM566 east"],
  ],
  [
    "routes/callers",
    "a sidecar that knows no route",
    withCluster("east", (one) => ({
      callers: one.callers.map((caller) => ({
        ...caller,
        ways: caller.ways.map((way) => ({ ...way, routes: [] })),
      })),
    })),
    ["error ISM564 east"],
  ],
  [
    "routes/endpoints",
    "a gateway's host name by an address that its istiod has not",
    withEastGatewayNamed("198.51.100.9"),
    ["error ISM476 west→east"],
  ],
  [
    "routes/endpoints",
    "nothing where a gateway's host name stands by the address that istiod has for it",
    withEastGatewayNamed("172.30.2.2"),
    [],
  ],
  [
    "routes/endpoints",
    "nothing where a proxy has a pod of two families by its other address",
    withPodOfTwoFamilies("[fd00::7]:5000"),
    [],
  ],
  [
    "routes/endpoints",
    "a pod of two families at neither of its addresses",
    withPodOfTwoFamilies("[fd00::8]:5000"),
    ["error ISM476 west"],
  ],
  [
    "routes/visibility",
    "a service that is exported to no namespace",
    withService({ exportTo: ["~"] }),
    ["error ISM538 east"],
  ],
  [
    "services/sidecar-ports",
    "a port that annotations lead past sidecars",
    withCluster("west", (one) => ({ pods: one.pods.map((pod) => ({ ...pod, inbound: { exclude: [5000] } })) })),
    ["error ISM539 west"],
  ],
  ["routes/foreign-endpoints", "one that no cluster has", withEndpoint("10.99.0.9:5000"), ["warning ISM537 west"]],
  [
    "control-plane/istiod-rights",
    "an account that may not watch Gateways",
    withCluster("east", () => ({
      istiodRights: { account: "istiod", lacks: [{ resource: "gateways.networking.istio.io", verbs: ["watch"] }] },
    })),
    ["error ISM724 east"],
  ],
  [
    "routes/foreign-endpoints",
    "an EndpointSlice of somebody else's",
    withService({
      foreignSlices: [{ name: "by-hand", endpoints: ["192.0.2.7:5000"], written: { by: "kubectl", at: "" } }],
    }),
    ["warning ISM537 east"],
  ],
  [
    "routes/endpoints",
    "a version of the other cluster without endpoints",
    withConfig("west", ingressGateway, ({ clusters }) => ({
      clusters: clusters.map((cluster) => (cluster.name.includes("v2") ? { ...cluster, endpoints: [] } : cluster)),
    })),
    ["error ISM476 west→east"],
  ],
  [
    "routes/endpoints",
    "a pod of its own that a proxy has and does not use",
    withConfig("west", ingressGateway, ({ clusters }) => ({
      clusters: clusters.map((cluster) => ({
        ...cluster,
        endpoints: cluster.endpoints.map((endpoint) =>
          endpoint.address.startsWith("10.") ? { ...endpoint, idle: "unhealthy" } : endpoint,
        ),
      })),
    })),
    ["error ISM476 west"],
  ],
  [
    "credentials/remote-secrets",
    "a missing one",
    withCluster("west", () => ({ remoteSecrets: [] })),
    ["error ISM430 west→east"],
  ],
  ["credentials/secret-names", "an unknown cluster", withSecret({ keys: ["oest"] }), ["error ISM431 west"]],
  ["credentials/secret-names", "an annotation of another", withSecret({ annotation: "west" }), ["error ISM431 west"]],
  ["credentials/not-ending", "30 days", withTokenEnd("2026-12-23T06:00:00.000Z"), ["warning ISM435 west→east"]],
  ["credentials/not-ending", "yesterday", withTokenEnd("2026-11-22T06:00:00.000Z"), ["error ISM435 west→east"]],
  ["credentials/not-ending", "nothing at 90 days", withTokenEnd("2027-02-23T06:00:00.000Z"), []],
  ["credentials/accepted", "401", withTrial("unauthorized"), ["error ISM432 west→east"]],
  ["credentials/accepted", "an authority that does not fit", withTrial("untrusted"), ["error ISM433 west→east"]],
  ["credentials/accepted", "too few rights", withTrial("forbidden"), ["error ISM434 west→east"]],
  ["credentials/accepted", "nothing where this machine has no way", withTrial("unreachable"), []],
  [
    "join/istiod-synced",
    "a timeout",
    withIstiodPods("west", () => ({ remotes: [{ cluster: "east", state: "timeout" }] })),
    ["error ISM436 west→east"],
  ],
  [
    "join/istiod-synced",
    "a pod that does not answer",
    withIstiodPods("west", () => ({ problem: "no answer within 10 s", remotes: [] })),
    ["error ISM437 west"],
  ],
  [
    "join/network-gateways",
    "a network without a gateway",
    withIstiodPods("west", () => ({ networkGateways: [] })),
    ["error ISM438 west→east"],
  ],
  [
    "join/gateways-connect",
    "a gateway to which no connection comes about",
    neverConnected("172.30.2.2:15443", 6),
    ["error ISM622 west→east"],
  ],
  [
    "join/gateways-connect",
    "few tries as a warning",
    neverConnected("172.30.2.2:15443", 2),
    ["warning ISM622 west→east"],
  ],
  ["join/gateways-connect", "nothing of another address", neverConnected("10.42.0.6:5000", 4), []],
  [
    "join/gateways-connect",
    "pods of one address in clusters that share a network",
    inOneNetwork(healthyFacts(), "10.42.0."),
    ["error ISM771 west→east", "error ISM771 east→west"],
  ],
  [
    "join/gateways-connect",
    "pods of a shared network to which no connection comes about",
    inOneNetwork(withWayToEastsPods(6)),
    ["error ISM771 west→east"],
  ],
  [
    "join/gateways-connect",
    "few tries there as a warning",
    inOneNetwork(withWayToEastsPods(2)),
    ["warning ISM771 west→east"],
  ],
  ["join/gateways-connect", "nothing where a shared network carries", inOneNetwork(withWayToEastsPods()), []],
  ["join/network-gateways", "nothing where the gateway's DNS name is resolved", withEastName(healthyFacts()), []],
  [
    "join/network-gateways",
    "a gateway's DNS name that istiod has not resolved",
    withEastName(withIstiodPods("west", () => ({ networkGateways: [] }))),
    ["error ISM438 west→east"],
  ],
  [
    "join/endpoint-shards",
    "an endpoint that is gone",
    withService({ endpoints: [] }),
    ["error ISM439 west→east", "error ISM439 east"],
  ],
  [
    "join/endpoint-shards",
    "no shard of the other cluster",
    withIstiodPods("west", ({ shards }) => ({ shards: shards.slice(0, 1) })),
    ["error ISM439 west→east"],
  ],
  [
    "join/former-clusters",
    "a gateway of a cluster that nobody reads",
    withIstiodPods("east", ({ networkGateways }) => ({
      networkGateways: [
        ...networkGateways,
        { network: "north-net", cluster: "north", address: "172.30.3.2", port: 15443 },
      ],
    })),
    ["warning ISM491 east"],
  ],
  [
    "join/former-clusters",
    "nothing of a cluster that istiod reads, though the mesh file does not know it",
    withIstiodPods("east", ({ networkGateways, remotes }) => ({
      remotes: [...remotes, { cluster: "north", state: "synced" }],
      networkGateways: [
        ...networkGateways,
        { network: "north-net", cluster: "north", address: "172.30.3.2", port: 15443 },
      ],
    })),
    [],
  ],
  [
    "services/port-names",
    "another name of the port",
    withService({ servicePorts: [{ port: 5000, name: "tcp-http", protocol: "TCP", targetPort: 5000 }] }),
    ["error ISM479 east"],
  ],
  ["services/in-every-cluster", "a missing Service", withService({ present: false }), ["error ISM440 east"]],
  ["services/in-every-cluster", "a headless Service", withService({ headless: true }), ["error ISM440 east"]],
  [
    "services/in-every-cluster",
    "nothing of a headless Service that is not exported",
    { ...withService({ headless: true }), mesh: unexported(healthyFacts().mesh) },
    [],
  ],
  ["services/in-every-cluster", "another port", withService({ ports: [80] }), ["error ISM440 east"]],
  ["services/versions-run", "no ready pod", withService({ podsOf: { v1: [], v2: [] } }), ["error ISM441 east"]],
  [
    "services/drained",
    "a drain that is done",
    drained("sample/helloworld", "all")(healthyFacts()),
    ["warning ISM610 east"],
  ],
  ["services/drained", "half of one", drained("sample/helloworld", "callers")(healthyFacts()), ["warning ISM609 east"]],
  [
    "gateways/subset-chains",
    "nothing of a version that is drained, which its gateway leads nowhere",
    all(
      drained("shop/orders", "all"),
      inCluster("east", (one) => ({
        gateways: changeConfigs(one.gateways, (config) => ({
          ...config,
          clusters: config.clusters.map((held) => (held.name.includes("orders") ? { ...held, endpoints: [] } : held)),
        })),
      })),
    )(healthyShop()),
    [],
  ],
  ["services/sidecars", "a pod without one", withService({ withoutSidecar: ["helloworld-x"] }), ["error ISM442 east"]],
  ["routes/subsets", "no DestinationRule", withRouting(() => ({ destinationRules: [] })), ["error ISM444 east"]],
  [
    "routes/subsets",
    "a deleted subset",
    withRouting(({ destinationRules }) => ({
      destinationRules: destinationRules.map((rule) => ({ ...rule, subsets: rule.subsets.slice(0, 1) })),
    })),
    ["error ISM444 east"],
  ],
  [
    "routes/foreign-rules",
    "another rule for the host, by its short name",
    withRouting(({ destinationRules }) => ({ destinationRules: [...destinationRules, foreignRule] })),
    ["warning ISM478 east"],
  ],
  [
    "routes/foreign-rules",
    "an older one with other pods under the name of a version",
    withRouting(({ destinationRules }) => ({
      destinationRules: [
        ...destinationRules,
        { ...foreignRule, created: "2026-10-01T00:00:00Z", subsets: [{ name: "v1", labels: { version: "old" } }] },
      ],
    })),
    ["error ISM478 east"],
  ],
  [
    "routes/foreign-rules",
    "an older one whose traffic policy takes the place of the failover",
    withOlderPolicy(shopWithFailover({}, {})),
    ["error ISM478 east"],
  ],
  ["routes/foreign-rules", "one that sends requests where no node is", strandingRule(), ["error ISM478 east"]],
  [
    "routes/foreign-rules",
    "nothing worse in that where no pod of the service runs anywhere",
    all(
      service("west", "sample/helloworld", () => ({ endpoints: [] })),
      service("east", "sample/helloworld", () => ({ endpoints: [] })),
    )(strandingRule()),
    ["warning ISM478 east"],
  ],
  [
    "routes/foreign-rules",
    "nothing worse in that where a node does not say its region",
    inCluster("west", ({ nodes }) => ({ nodes: nodes.map((node) => ({ ...node, region: "", zone: "" })) }))(
      strandingRule(),
    ),
    ["warning ISM478 east"],
  ],
  [
    "routes/foreign-rules",
    "nothing worse in that where pods say their locality themselves",
    inCluster("west", ({ pods }) => ({
      pods: pods.map((pod) => ({ ...pod, labels: { ...pod.labels, "istio-locality": "nowhere.a" } })),
    }))(strandingRule()),
    ["warning ISM478 east"],
  ],
  [
    "routes/foreign-rules",
    "nothing worse in one that spreads them over all",
    withRouting(({ destinationRules }) => ({
      destinationRules: [...destinationRules, { ...foreignRule, trafficPolicy: { distributesTo: ["*"] } }],
    })),
    ["warning ISM478 east"],
  ],
  [
    "routes/foreign-rules",
    "nothing of a rule for another host",
    withRouting(({ destinationRules }) => ({
      destinationRules: [...destinationRules, { ...foreignRule, host: "other" }],
    })),
    [],
  ],
  [
    "routes/weights",
    "weights of one cluster only",
    withRouting(({ virtualServices }) => ({
      virtualServices: virtualServices.map((route) => ({ ...route, weights: { v1: 50, v2: 50 } })),
    })),
    ["error ISM445 east"],
  ],
  [
    "routes/localities",
    "nodes without a region",
    withCluster("east", (one) => ({ nodes: one.nodes.map((node) => ({ ...node, region: "" })) })),
    ["warning ISM446 east"],
  ],
  [
    "routes/localities",
    "nodes without a region that a failover goes by",
    shopWithFailover(byRegions, { region: "" }),
    ["error ISM446 east"],
  ],
  ["routes/localities", "nothing of nodes in the regions of a failover", shopWithFailover(byRegions, {}), []],
  [
    "routes/failover",
    "endpoints of both clusters alike",
    shopWithFailover({}, { priority: 0 }),
    ["error ISM543 east→west"],
  ],
  [
    "routes/failover",
    "endpoints of two regions alike",
    shopWithFailover(byRegions, { priority: 0 }),
    ["error ISM543 east→west"],
  ],
  ["routes/failover", "nothing where the other cluster comes second", shopWithFailover({}, {}), []],
  [
    "routes/failover",
    "nothing wrong with an order that the user has chosen",
    shopWithFailover({ priority: ["app"] }, { priority: 0 }),
    [],
  ],
  ["policies/quotas", "0.4 CPU left", withCluster("east", () => ({ quotas: [quota] })), ["error ISM447 east"]],
  [
    "policies/pod-security",
    "a namespace that refuses istio-init",
    withCluster("east", ({ namespaces }) => ({ namespaces: namespaces.map(restricted) })),
    ["error ISM473 east"],
  ],
  [
    "policies/pod-security",
    "nothing where istio-cni does it",
    withCluster("east", ({ namespaces, system }) => ({
      namespaces: namespaces.map(restricted),
      system: { ...system, cni: [agent(1)] },
    })),
    [],
  ],
  ["policies/istio-cni", "nothing where no pod counts on it", healthyFacts(), []],
  ["policies/istio-cni", "none where the mesh file has it redirect", withIstioCni([]), ["error ISM797 east"]],
  ["policies/istio-cni", "one that is not ready on every node", withIstioCni([agent(0)]), ["error ISM797 east"]],
  ["policies/istio-cni", "nothing of one that is", withIstioCni([agent(1)]), []],
  ["policies/istio-cni", "one that is rolled out", withIstioCni([agent(0, 0)]), ["warning ISM797 east"]],
  [
    "policies/istio-cni",
    "one that is not meant for every node",
    withIstioCni([agent(1)], ({ nodes }) => ({ nodes: [...nodes, ...nodes] })),
    ["warning ISM797 east"],
  ],
  [
    "policies/istio-cni",
    "nothing of somebody's agent on which no pod counts",
    withCluster("east", ({ system }) => ({ system: { ...system, cni: [agent(0)] } })),
    [],
  ],
  [
    "policies/network-policies",
    "one that closes everything in istio-system, once",
    withCluster("east", () => ({ networkPolicies: [denyAll] })),
    ["error ISM448 east"],
  ],
  [
    "policies/network-policies",
    "one that closes the pods of a service",
    withCluster("east", () => ({ networkPolicies: [{ ...denyAll, namespace: "sample" }] })),
    ["error ISM448 east"],
  ],
  [
    "policies/network-policies",
    "one that closes the way out of a service's pods",
    withCluster("east", () => ({
      networkPolicies: [{ ...denyAll, namespace: "sample", types: { ingress: false, egress: true } }],
    })),
    ["error ISM448 east"],
  ],
  [
    "policies/network-policies",
    "one that closes istiod's way to its own API server",
    withCluster("east", (one) => ({
      system: { ...one.system, apiServers: [{ address: "192.0.2.1", port: 6443 }] },
      networkPolicies: [
        {
          ...denyAll,
          podSelector: { ...denyAll.podSelector, matchLabels: { app: "istiod" } },
          types: { ingress: false, egress: true },
          egress: [
            { peers: [], ports: [53, 443].flatMap((port) => ["TCP", "UDP"].map((protocol) => ({ protocol, port }))) },
          ],
        },
      ],
    })),
    ["error ISM448 east"],
  ],
  [
    "policies/open",
    "pods that no policy selects, each direction once",
    withCluster("east", () => ({ networkPolicies: [{ ...denyAll, types: { ingress: true, egress: true } }] })),
    ["error ISM559 west", "error ISM559 west", "error ISM559 east", "error ISM559 east"],
  ],
  [
    "policies/closed",
    "a warning where only look-ups over TCP are closed",
    withCluster("east", () => ({
      networkPolicies: [
        {
          ...denyAll,
          namespace: "sample",
          types: { ingress: false, egress: true },
          egress: [
            { peers: [], ports: [{ protocol: "UDP", port: 53 }] },
            { peers: [], ports: [{ protocol: "TCP", port: 1000, endPort: 20_000 }] },
          ],
        },
      ],
    })),
    ["warning ISM558 east"],
  ],
  [
    "policies/closed",
    "a warning where Prometheus does not get at metrics",
    withCluster("east", (one) => ({
      system: {
        ...one.system,
        scrapers: (one.system.dns?.pods ?? []).map((pod) => ({
          ...pod,
          namespace: "monitoring",
          labels: { app: "prometheus" },
          namespaceLabels: { "kubernetes.io/metadata.name": "monitoring" },
        })),
      },
      networkPolicies: [
        {
          ...denyAll,
          podSelector: { ...denyAll.podSelector, matchLabels: { app: "istiod" } },
          ingress: [{ peers: [], ports: [15_012, 15_017].map((port) => ({ protocol: "TCP", port })) }],
        },
      ],
    })),
    ["warning ISM558 east"],
  ],
  [
    "policies/closed",
    "a warning where load balancers do not get at a gateway's health",
    withCluster("east", (one) => ({
      gateways: one.gateways.map((gateway) =>
        gateway.service === undefined
          ? gateway
          : {
              ...gateway,
              service: {
                ...gateway.service,
                servicePorts: [...gateway.service.servicePorts, { port: 15_021, protocol: "TCP", targetPort: 15_021 }],
              },
            },
      ),
      networkPolicies: [
        {
          ...denyAll,
          podSelector: { ...denyAll.podSelector, matchLabels: { istio: "ingressgateway" } },
          ingress: [{ peers: [], ports: [{ protocol: "TCP", port: 80, endPort: 15_020 }] }],
        },
      ],
    })),
    ["warning ISM558 east"],
  ],
  [
    "policies/closed",
    "a warning where pods of services do not get at other networks",
    withCluster("east", () => ({
      networkPolicies: [
        {
          ...denyAll,
          namespace: "sample",
          types: { ingress: false, egress: true },
          egress: [
            { peers: [], ports: ["UDP", "TCP"].map((protocol) => ({ protocol, port: 53 })) },
            { peers: [], ports: [{ protocol: "TCP", port: 1000, endPort: 15_442 }] },
          ],
        },
      ],
    })),
    ["warning ISM558 east"],
  ],
  [
    "policies/network-policies",
    "nothing where a policy admits proxies alone and none runs",
    withCluster("east", () => ({
      pods: [],
      networkPolicies: [
        {
          ...denyAll,
          podSelector: { ...denyAll.podSelector, matchLabels: { app: "istiod" } },
          ingress: [
            {
              peers: [{ podSelector: { matchLabels: {}, matchExpressions: [] } }],
              ports: [{ protocol: "TCP", port: 15_012 }],
            },
            { peers: [], ports: [{ protocol: "TCP", port: 15_017 }] },
          ],
        },
      ],
    })),
    [],
  ],
  [
    "policies/network-policies",
    "nothing where another policy admits all ports",
    withCluster("east", () => ({
      networkPolicies: [denyAll, { ...denyAll, name: "all", ingress: [{ peers: [], ports: [] }] }],
    })),
    [],
  ],
  [
    "policies/network-policies",
    "nothing where a service's pods are open to Istio's namespace",
    withCluster("east", () => ({
      networkPolicies: [
        {
          ...denyAll,
          namespace: "sample",
          ingress: [
            {
              peers: [
                {
                  namespaceSelector: {
                    matchLabels: { "kubernetes.io/metadata.name": "istio-system" },
                    matchExpressions: [],
                  },
                },
              ],
              ports: [{ protocol: "TCP", port: 5000 }],
            },
          ],
        },
      ],
    })),
    [],
  ],
  [
    "policies/peer-authentication",
    "plain text for a namespace, which takes the other cluster's endpoints and its requests",
    withCluster("east", () => ({ peerAuthentications: [plainText] })),
    ["error ISM471 east"],
  ],
  [
    "policies/peer-authentication",
    "plain text for the mesh in istio-system",
    withCluster("west", () => ({ peerAuthentications: [{ ...plainText, namespace: "istio-system" }] })),
    ["error ISM471 west"],
  ],
  [
    "policies/peer-authentication",
    "plain text at the port of pods by label",
    withCluster("east", () => ({
      peerAuthentications: [
        { ...plainText, mode: "STRICT", selector: { version: "v2" }, portModes: { 5000: "DISABLE" } },
      ],
    })),
    ["error ISM471 east"],
  ],
  [
    "policies/peer-authentication",
    "nothing where a namespace takes mTLS only",
    withCluster("east", () => ({ peerAuthentications: [{ ...plainText, mode: "STRICT" }] })),
    [],
  ],
  [
    "policies/peer-authentication",
    "a DestinationRule that sends plain text to other clusters",
    withRouting(({ destinationRules }) => ({
      destinationRules: destinationRules.map((rule) => ({ ...rule, trafficPolicy: { tls: "DISABLE" } })),
    })),
    ["error ISM471 east"],
  ],
  [
    "policies/peer-authentication",
    "one that does so for every host, where the service has none of its own",
    withRouting(() => ({
      destinationRules: [
        { ...foreignRule, namespace: "istio-system", host: "*.local", trafficPolicy: { tls: "DISABLE" } },
        { ...foreignRule, namespace: "istio-system", host: "*", trafficPolicy: { tls: "ISTIO_MUTUAL" } },
      ],
    })),
    ["error ISM471 east"],
  ],
  [
    "policies/authorization",
    "one that allows nothing to the pods",
    withCluster("east", () => ({ authorizationPolicies: [allowNothing] })),
    ["error ISM472 east"],
  ],
  [
    "policies/authorization",
    "one that allows nothing anywhere",
    withCluster("east", () => ({ authorizationPolicies: [{ ...allowNothing, namespace: "istio-system" }] })),
    ["error ISM472 east"],
  ],
  [
    "policies/authorization",
    "one that denies requests without a token",
    withCluster("east", () => ({
      authorizationPolicies: [
        {
          ...allowNothing,
          action: "DENY",
          rules: [{ from: [{ notRequestPrincipals: ["*"] }], to: [], conditional: false }],
        },
      ],
    })),
    ["warning ISM472 east"],
  ],
  [
    "policies/authorization",
    "one that denies the method by which routes are asked",
    withCluster("east", () => ({
      authorizationPolicies: [
        { ...allowNothing, action: "DENY", rules: [{ from: [], to: [{ methods: ["GET"] }], conditional: false }] },
      ],
    })),
    ["warning ISM472 east"],
  ],
  [
    "policies/authorization",
    "nothing where another method is denied",
    withCluster("east", () => ({
      authorizationPolicies: [
        { ...allowNothing, action: "DENY", rules: [{ from: [], to: [{ methods: ["DELETE"] }], conditional: false }] },
      ],
    })),
    [],
  ],
  [
    "policies/authorization",
    "nothing where the gateway's identity is allowed",
    withCluster("east", () => ({
      authorizationPolicies: [
        {
          ...allowNothing,
          rules: [
            {
              from: [{ principals: ["cluster.local/ns/istio-system/*"], namespaces: ["istio-system"] }],
              to: [],
              conditional: false,
            },
          ],
        },
      ],
    })),
    [],
  ],
  ["certificates/authorities", "30 days", withRoot({ notAfter: "2026-12-23T06:00:00.000Z" }), ["warning ISM449 east"]],
  [
    "certificates/authorities",
    "40 days, of a lifetime of 90",
    withRoot({ notBefore: "2026-10-04T06:00:00.000Z", notAfter: "2027-01-02T06:00:00.000Z" }),
    [],
  ],
  [
    "certificates/authorities",
    "20 days, of a lifetime of 90",
    withRoot({ notBefore: "2026-09-14T06:00:00.000Z", notAfter: "2026-12-13T06:00:00.000Z" }),
    ["warning ISM449 east"],
  ],
  ["certificates/authorities", "yesterday", withRoot({ notAfter: "2026-11-22T06:00:00.000Z" }), ["error ISM449 east"]],
  [
    "certificates/front-doors",
    "a missing Secret",
    withCluster("east", () => ({ tlsSecrets: [{ name: "door", present: false }] })),
    ["error ISM450 east"],
  ],
  [
    "certificates/front-doors",
    "a Secret in the wrong namespace",
    withCluster("east", () => ({
      tlsSecrets: [{ name: "door", present: false, elsewhere: ["Certificate sample/door", "Secret sample/door"] }],
    })),
    ["error ISM450 east"],
  ],
  [
    "certificates/in-proxies",
    "a certificate that the proxy waits for",
    withConfig("east", ingressGateway, () => ({ awaitedSecrets: ["door"] })),
    ["error ISM527 east"],
  ],
  [
    "certificates/in-proxies",
    "a listener that waits, with an older version in effect",
    withConfig("east", ingressGateway, () => ({ warming: [{ port: 8443, active: true }] })),
    ["error ISM528 east"],
  ],
  [
    "certificates/fit",
    "a certificate for another host",
    withCertificate({ hosts: ["shop.example"] }),
    ["error ISM494 east"],
  ],
  [
    "certificates/fit",
    "a certificate for two labels below",
    withCertificate({ hosts: ["*.example"] }),
    ["error ISM494 east"],
  ],
  [
    "certificates/fit",
    "nothing where it is for the host, by name or wildcard",
    withCertificate({ hosts: ["*.web.example", "a.b.example"] }),
    [],
  ],
  [
    "certificates/fit",
    "the key of another certificate",
    withCertificate({ hosts: ["*.web.example", "a.b.example"], keyFits: false }),
    ["error ISM494 east"],
  ],
  ["certificates/renewal", "nothing where all clusters hold what is valid", withOrdered({}), []],
  [
    "certificates/renewal",
    "a Certificate of cert-manager that fills the same Secret",
    withOrdered({ certificate: "istio-system/door" }),
    ["error ISM686 east"],
  ],
  [
    "certificates/renewal",
    "another certificate in one cluster, which ends earlier",
    withOrdered({ fingerprint: "BB", notAfter: "2027-01-20T00:00:00.000Z" }),
    ["error ISM661 east"],
  ],
  [
    "certificates/renewal",
    "a certificate that should have been renewed",
    withOrdered({ notBefore: "2026-09-01T00:00:00.000Z", notAfter: "2026-11-30T00:00:00.000Z", fingerprint: "BB" }),
    ["warning ISM660 east", "error ISM661 east"],
  ],
  [
    "certificates/renewal",
    "one that has been due for an hour",
    withOrdered({ notBefore: "2026-09-24T05:00:00.000Z", notAfter: "2026-12-23T05:00:00.000Z" }),
    [],
  ],
  [
    "certificates/renewal",
    "a certificate of another server",
    withOrdered({ acmeServer: "https://staging.example/dir" }),
    ["warning ISM662 east"],
  ],
  [
    "certificates/orders",
    "a default-deny around cert-manager",
    meshFaults.find(({ name }) => name === "east-cert-manager-is-closed-off")?.happens(healthyFacts()) ??
      healthyFacts(),
    ["error ISM750 east"],
  ],
  ["certificates/front-doors", "HTTP challenges", withFrontDoor(withoutEast(), "http"), ["warning ISM451 "]],
  ["certificates/front-doors", "nothing where every cluster answers them", withFrontDoor(healthyFacts(), "http"), []],
  [
    "dns/policy",
    "one owner and sync",
    withFrontDoor(
      {
        ...healthyFacts(),
        clusters: healthyFacts().clusters.map((one) =>
          one.kind === "reached"
            ? {
                ...one,
                externalDns: [
                  { namespace: "dns", name: "a", ownerId: "one", policy: "sync", sources: [], domainFilters: [] },
                ],
              }
            : one,
        ),
      },
      "dns",
    ),
    ["warning ISM522 west→east", "warning ISM522 east→west"],
  ],
  [
    "dns/owner",
    "an owner per cluster",
    withFrontDoor(
      withCluster("east", () => ({
        externalDns: [
          { namespace: "dns", name: "a", ownerId: "one", sources: [], domainFilters: [] },
          { namespace: "dns", name: "b", ownerId: "two", sources: [], domainFilters: [] },
        ],
      })),
      "dns",
    ),
    ["warning ISM452 east"],
  ],
  [
    "dns/reads",
    "sources without Istio's Gateways",
    meshFaults.find(({ name }) => name === "external-dns-reads-no-gateways")?.happens(healthyFacts()) ?? healthyFacts(),
    ["warning ISM775 east"],
  ],
  ["dns/published", "nothing where names are as their clusters are", withNames(healthyFacts(), [rightName]), []],
  ["dns/published", "a name of somebody else", withNames(healthyFacts(), [foreignName]), ["error ISM643 "]],
  [
    "dns/published",
    "a key that cannot be read",
    withNames(healthyFacts(), [], {
      problem: { code: "ISM639", severity: "error", summary: "", detail: "There is no key.", fix: "Write it." },
    }),
    ["error ISM643 "],
  ],
  [
    "dns/published",
    "an owner that has left the mesh file",
    withNames(healthyFacts(), [changingName({ west: "192.0.2.1", north: "192.0.2.3" }, { west: "192.0.2.1" })]),
    ["warning ISM645 "],
  ],
  [
    "dns/published",
    "an address that is not the gateway's",
    withNames(healthyFacts(), [changingName({ west: "192.0.2.1" }, { west: "192.0.2.9" })]),
    ["warning ISM646 "],
  ],
  [
    "dns/published",
    "records of a name that no route has",
    withNames(healthyFacts(), [], { former: [changingName({ west: "192.0.2.1" }, {}), rightName] }),
    ["warning ISM647 "],
  ],
  [
    "dns/published",
    "an address of a gateway without a ready pod",
    withNames(
      withGateway("east", ingressGateway, () => ({ ready: 0 })),
      [rightName],
    ),
    ["error ISM648 east"],
  ],
];

it.each(table)("%s finds %s", (id, _, facts, expected) => {
  expect(foundBy(id, facts)).toEqual(expected);
});

it("takes nodes without a region for the cause of an order that is missing", () => {
  const { causes } = runChecks(shopWithFailover(byRegions, { region: "", priority: 0 }), { pre: false });
  expect(causes.map(({ code, consequences }) => [code, ...consequences.map((one) => one.code)])).toEqual([
    ["ISM446", "ISM543"],
  ]);
});

it("does not say that requests pass where another program decides", () => {
  const custom = { ...allowNothing, action: "CUSTOM", rules: [{ from: [], to: [], conditional: false }] };
  const facts = withCluster("east", () => ({ authorizationPolicies: [custom] }));
  const check = checks.find(({ id }) => id === "policies/authorization");
  expect(check?.run(facts)).toEqual([]);
  expect(check?.unseen?.(facts)).toEqual([
    "in east another program decides for AuthorizationPolicy sample/nothing (CUSTOM)",
  ]);
});

it("does not say that proxies have all endpoints where no istiod has an address for a gateway's host name", () => {
  const facts = withEastGatewayNamed("lb.example");
  const unseen = checks.find(({ id }) => id === "routes/endpoints")?.unseen;
  expect(unseen?.(facts)).toEqual([
    "the addresses that proxies of west must have for lb.example, the east-west gateway of east: no istiod there has one",
  ]);
  expect(unseen?.(withEastGatewayNamed("172.30.2.2"))).toEqual([]);
});

it("takes a Secret with the key of another certificate for the cause of the proxies' refusal", () => {
  const facts = withCertificate({ hosts: ["*.web.example", "a.b.example"], keyFits: false });
  const refused = [{ kind: "certificates", words: "KEY_VALUES_MISMATCH" }];
  const clusters = facts.clusters.map((one) => {
    if (one.kind !== "reached" || one.cluster !== "east") {
      return one;
    }
    const pods = one.istiod.pods.map((pod) => ({
      ...pod,
      proxies: pod.proxies.map((proxy) => ({ ...proxy, refused })),
    }));
    return { ...one, istiod: { ...one.istiod, pods } };
  });
  const causes = runChecks({ ...facts, clusters }, { pre: false }).causes.filter((one) =>
    [one, ...one.consequences].some(({ code }) => code === "ISM466"),
  );
  expect(causes.map(({ code }) => code)).toEqual(["ISM494"]);
});

it("names who wrote a Certificate that fills a Secret of isthmus, and who wrote the Secret", () => {
  const [found] = findingsOf(
    "certificates/renewal",
    withOrdered({
      certificate: "istio-system/door",
      certificateWritten: { by: "helm", at: "2026-01-01T00:00:00Z" },
      written: { by: "cert-manager-certificates-issuing", at: "2026-01-02T00:00:00Z" },
    }),
  );
  expect(found?.detail).toContain(
    "Certificate istio-system/door of east, written last by helm at 2026-01-01T00:00:00Z,",
  );
  expect(found?.detail).toContain("written last by cert-manager-certificates-issuing at 2026-01-02T00:00:00Z.");
});

it("takes whoever deleted a Secret for the cause, also while proxies go on with its certificate", () => {
  const chain = { port: 8443, serverNames: ["web.example"], credential: "kubernetes://door", routeTable: "https.443" };
  const facts = withConfig("east", ingressGateway, ({ chains }) => ({ chains: [...chains, chain] }));
  const id = { group: "", kind: "Secret", namespace: "istio-system", name: "door" };
  const clusters = facts.clusters.map((one) =>
    one.kind === "reached" && one.cluster === "east"
      ? {
          ...one,
          tlsSecrets: [{ name: "door", present: false }],
          drift: {
            kind: "compared" as const,
            applied: true,
            objects: [{ id, state: "gone" as const, fields: [] }],
            unknown: [],
          },
        }
      : one,
  );
  const causes = runChecks({ ...facts, clusters }, { pre: false }).causes.filter((one) =>
    [one, ...one.consequences].some(({ code }) => code === "ISM450" || code === "ISM455"),
  );
  expect(causes.map(({ code, consequences }) => [code, ...consequences.map((one) => one.code)])).toEqual([
    ["ISM455", "ISM450"],
  ]);
});

describe("the table", () => {
  it("shows for every check that it can fail", () => {
    const shown = new Set(table.filter(([, , , expected]) => expected.length > 0).map(([id]) => id));
    expect(
      checks.map((one) => one.id).filter((id) => !shown.has(id)),
      "each of these checks needs a row in which it finds something, here or in a table of a neighbour",
    ).toEqual([]);
  });
});

it("says what it keeps in an annotation that leads calls past a sidecar, and what it takes out", () => {
  const facts = withBypass("traffic.sidecar.istio.io/excludeOutboundPorts", "5432, 5000", { endpoints: [] });
  const [found] = findingsOf("services/calls-past-sidecars", facts);
  expect(found?.detail).toBe(
    "Pods of Deployment sample/client of east call past their sidecar, by annotation traffic.sidecar.istio.io/excludeOutboundPorts (5432, 5000): sample/helloworld (port 5000), which has pods in west alone, so that they are refused. Such a call goes in clear text to pods of its own cluster alone: no route, no weight and no failover counts for it.",
  );
  expect(found?.commands).toEqual([
    `kubectl --context isthmus-east -n sample patch deployment client --type=merge -p '{"spec":{"template":{"metadata":{"annotations":{"traffic.sidecar.istio.io/excludeOutboundPorts":"5432"}}}}}'`,
  ]);
});

it("takes for the cause of refused pods what a namespace asks for, whoever makes them", () => {
  const says = 'pods "helloworld-v1-trial" is forbidden: failed quota: team: must specify limits.cpu for: helloworld';
  const [found] = findingsOf("control-plane/writes", withRefused({ pod: true, says }));
  expect(found).toMatchObject({ severity: "error", code: "ISM758", cluster: "east" });
  expect(found?.detail).toContain("must specify limits.cpu for: helloworld");
  expect(found?.detail).not.toContain("as the account of");
  expect(found?.fix).toContain("-n sample get resourcequotas,limitranges,serviceaccounts");
});

it("says of which writes nothing is known: of what could not be tried, and of what nobody tried", () => {
  const unseenOf = (facts: MeshFacts): unknown =>
    checks.find(({ id }) => id === "control-plane/writes")?.unseen?.(facts);
  expect(unseenOf(withCompared({ triedWrites: { pods: ["sample"], unknown: [] } }))).toEqual([]);
  expect(unseenOf(withCompared({}))).toEqual(["no write was tried in east"]);
  const unknown = ["VirtualService", "Service"].map((kind) => ({ write: `${kind} in sample`, reason: "forbidden" }));
  expect(unseenOf(withCompared({ triedWrites: { pods: [], unknown } }))).toEqual([
    "east: VirtualService in sample and 1 more: forbidden",
    "pods in sample of east: none was tried",
  ]);
  const { drift } = reachedIn(withCompared({ triedWrites: { pods: [], unknown: [] } }));
  const withSelector = (selector: Readonly<Record<string, string>>): MeshFacts =>
    withCluster("east", ({ services }) => ({
      ...(drift === undefined ? {} : { drift }),
      services: services.map((one) => ({ ...one, selector })),
    }));
  expect(unseenOf(withSelector({}))).toEqual([]);
  expect(unseenOf(withSelector({ app: "helloworld" }))).toEqual(["pods in sample of east: none was tried"]);
});

it("says as whom a pod was tried that is refused", () => {
  const says = 'admission webhook "pods.example" denied the request: no';
  const [found] = findingsOf("control-plane/writes", withRefused({ pod: true, says }));
  expect(found?.detail).toContain("tried as the account of context isthmus-east");
  expect(found?.fix).toContain("Nothing where it lets in the pods of Kubernetes' own controllers.");
});

it("says of which nodes' kube-proxies nothing is known", () => {
  const facts = withCluster("east", ({ nodes, system }) => ({
    nodes: ["a", "b", "c", "d"].flatMap((name) => nodes.map((node) => ({ ...node, name }))),
    system: {
      ...system,
      kubeProxies: [
        { node: "a", state: "follows" },
        { node: "b", state: "unknown", why: "no rights" },
      ],
    },
  }));
  expect(checks.find(({ id }) => id === "access/kube-proxies")?.unseen?.(facts)).toEqual([
    "kube-proxy of node b of east: no rights",
    "kube-proxy of node c and 1 more of east: not asked, as only a few ready ones are",
  ]);
});

it("wonders about a node without kube-proxy where others have one, and not where none has", () => {
  const unseenWith = (state: "follows" | "none"): readonly string[] | undefined =>
    checks
      .find(({ id }) => id === "access/kube-proxies")
      ?.unseen?.(
        withCluster("east", ({ nodes, system }) => ({
          nodes: ["a", "b"].flatMap((name) => nodes.map((node) => ({ ...node, name }))),
          system: {
            ...system,
            kubeProxies: [
              { node: "a", state },
              { node: "b", state: "none" },
            ],
          },
        })),
      );
  expect(unseenWith("none")).toEqual([]);
  expect(unseenWith("follows")).toEqual([
    "kube-proxy of node b of east: nothing listens at its port 10256, where it does on other nodes",
  ]);
});

it("says that it could not ask where pods look names up", () => {
  const check = checks.find(({ id }) => id === "network/dns-address");
  expect(check?.unseen?.(withLookUps({ problem: "nodes/proxy is forbidden" }))).toEqual([
    "where pods of east look names up: the kubelet of east-1 could not be asked (nodes/proxy is forbidden)",
  ]);
});

it("makes the Service of the DNS again with the address that pods ask", () => {
  const [found] = findingsOf("network/dns-address", withLookUps({ asked: ["10.43.0.10"] }));
  expect(found?.commands).toEqual([
    String.raw`kubectl --context isthmus-east -n kube-system get service kube-dns -o yaml | sed -E 's/(^|[^0-9.])10\.43\.0\.77($|[^0-9.])/\110.43.0.10\2/' | kubectl --context isthmus-east replace --force -f -`,
  ]);
});

it("takes a policy whose authorizer is missing for what refuses everything, and not for what is undecided", () => {
  const rules = [{ from: [], to: [{ paths: ["/admin"] }], conditional: false }];
  const custom = { ...allowNothing, action: "CUSTOM", provider: { name: "nobody", missing: true as const }, rules };
  const facts = withCluster("east", () => ({ authorizationPolicies: [custom] }));
  const [found] = findingsOf("policies/authorization", facts);
  expect(found).toMatchObject({ severity: "error", code: "ISM472", cluster: "east" });
  expect(found?.detail).toContain(
    "asks authorizer nobody, which istiod's mesh configuration (meshConfig.extensionProviders) does not have",
  );
  expect(checks.find(({ id }) => id === "policies/authorization")?.unseen?.(facts)).toEqual([]);
});

it("tells a Service that leads to a port which ready pods do not name from pods that are not ready", () => {
  const facts = withService({
    podsOf: { v2: [] },
    servicePorts: [{ port: 5000, protocol: "TCP", targetPort: "web" }],
  });
  const [found] = findingsOf("services/versions-run", facts);
  expect(found?.detail).toBe(
    "Version v2 of sample/helloworld has no endpoint in east: port 5000 of Service sample/helloworld leads to the pods' port web, and helloworld-v2, which is ready, names no port.",
  );
  const named = changeCluster(facts, {
    pods: withService({}).clusters.flatMap((one) =>
      one.kind === "reached" && one.cluster === "east"
        ? one.pods.map((pod) => ({ ...pod, ports: [{ name: "web", port: 5000, protocol: "TCP" }] }))
        : [],
    ),
  });
  expect(findingsOf("services/versions-run", named)[0]?.detail).toContain("has no ready pod in east");
});

it("has a pod made again whose sidecar alone is not ready", () => {
  const pod = "helloworld-v2";
  const words = `pod ${pod}: container istio-proxy runs, but is not ready (readiness probe)`;
  const { services = [] } = reachedIn(withService({ podsOf: { v1: [], v2: [] } }));
  const foundWith = (why: string, owner: PodFacts["owner"]): Finding | undefined =>
    findingsOf(
      "services/versions-run",
      withCluster("east", ({ pods }) => ({
        services,
        hindered: [hindered(why)],
        pods: pods.map(({ owner: _former, ...one }) => ({ ...one, ...(owner === undefined ? {} : { owner }) })),
      })),
    )[0];
  const owner = { kind: "Deployment", name: "helloworld-v2" };
  const found = foundWith(words, owner);
  expect(found?.detail).toContain(`has no ready pod in east (version=v2): ${words}. Its sidecar`);
  expect(found?.commands).toEqual([`kubectl --context isthmus-east -n sample delete pod ${pod}`]);
  expect(foundWith(words, undefined)?.commands).toBeUndefined();
  const crashing = `pod ${pod}: container web keeps crashing (CrashLoopBackOff)`;
  expect(foundWith(crashing, owner)?.detail).toContain(crashing);
  expect(foundWith(crashing, owner)?.commands).toBeUndefined();
});

it("takes an address of a Service that nothing leads on for what kube-proxy lacks", () => {
  const says = (address: string): string =>
    `failed calling webhook "validation.istio.io": failed to call webhook: Post "https://istiod.istio-system.svc:443/validate": dial tcp ${address}: connect: no route to host`;
  const [found] = findingsOf("control-plane/writes", withRefused({ says: says("10.43.0.9:443") }));
  expect(found?.code).toBe("ISM759");
  expect(found?.detail).toContain("no rule of kube-proxy");
  expect(found?.fix).toContain("kube-proxy");
  const [other] = findingsOf("control-plane/writes", withRefused({ says: says("10.42.0.9:15017") }));
  expect(other?.fix).not.toContain("kube-proxy");
});

it("finds nothing in a policy for the east-west gateway: istiod puts none into what hands TLS on", () => {
  const everything = [{ from: [], to: [], conditional: false }];
  const selector = { istio: "eastwestgateway" };
  const policy = { ...allowNothing, namespace: "istio-system", name: "shut", selector };
  for (const change of [{ action: "DENY", rules: everything }, {}]) {
    const facts = withCluster("east", () => ({ authorizationPolicies: [{ ...policy, ...change }] }));
    expect(findingsOf("policies/authorization", facts)).toEqual([]);
  }
});
