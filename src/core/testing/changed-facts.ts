import type { GatewayFacts, GatewayPod } from "../checks/control-plane-facts.ts";
import type { DriftFacts } from "../checks/drift-facts.ts";
import type { MeshFacts, ReachedCluster } from "../checks/facts.ts";
import type { HinderedWorkload } from "../checks/hindrance-facts.ts";
import type { ProxyConfig } from "../checks/proxy-facts.ts";
import { reachedClusters } from "../checks/reached.ts";
import { healthyFacts, withCluster, withGateway } from "./healthy-facts.ts";

/** A root that no cluster of the healthy mesh has. */
const otherRoot = {
  subject: "CN=root",
  fingerprint: "CC:DD",
  identity: "eee",
  notBefore: "2026-01-01T00:00:00.000Z",
  notAfter: "2036-01-01T00:00:00.000Z",
};

/** Another root above east's intermediate; `change` makes it another one still. */
export function withRoot(change: Partial<typeof otherRoot>): MeshFacts {
  const root = { ...otherRoot, ...change };
  return withCluster("east", (one) => ({
    authority: one.authority.kind === "present" ? { ...one.authority, roots: [root], above: [root] } : one.authority,
  }));
}

/** The same where somebody else installs Istio. */
export function ofSomebody(facts: MeshFacts): MeshFacts {
  return { ...facts, mesh: { ...facts.mesh, install: "existing" } };
}

/** Every service as east has it, changed. */
export function withService(change: Partial<ReachedCluster["services"][number]>): MeshFacts {
  return withCluster("east", (one) => ({ services: one.services.map((service) => ({ ...service, ...change })) }));
}

/** The istiod of east, changed. */
export function withIstiod(change: Partial<ReachedCluster["istiod"]>): MeshFacts {
  return withCluster("east", (one) => ({ istiod: { ...one.istiod, ...change } }));
}

/** The same facts with what `change` says of east. */
export function changeCluster(facts: MeshFacts, change: Partial<ReachedCluster>): MeshFacts {
  const clusters = facts.clusters.map((one) =>
    one.kind === "reached" && one.cluster === "east" ? { ...one, ...change } : one,
  );
  return { ...facts, clusters };
}

/** East, as these facts have it. */
export function reachedIn(facts: MeshFacts): Partial<ReachedCluster> {
  return reachedClusters(facts).find(({ cluster }) => cluster === "east") ?? {};
}

/** What a plan says of east. */
export function withCompared(change: Partial<Extract<DriftFacts, { readonly kind: "compared" }>>): MeshFacts {
  return withCluster("east", () => ({
    drift: { kind: "compared", applied: true, objects: [], unknown: [], ...change },
  }));
}

/** What east has of routes, changed. */
export function withRouting(
  change: (routing: ReachedCluster["routing"]) => Partial<ReachedCluster["routing"]>,
): MeshFacts {
  return withCluster("east", (one) => ({ routing: { ...one.routing, ...change(one.routing) } }));
}

/** Every route with TLS by this issuer, whose hosts external-dns publishes. */
export function withFrontDoor(facts: MeshFacts, issuer: string): MeshFacts {
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

/** The pods of a cluster's gateway of this name, changed. */
export function withPods(
  cluster: "west" | "east",
  name: string,
  change: (pod: GatewayPod) => Partial<GatewayPod>,
): MeshFacts {
  return withGateway(cluster, name, ({ pods }) => ({ pods: pods.map((pod) => ({ ...pod, ...change(pod) })) }));
}

/** What the proxies of a cluster's gateway of this name hold, changed. */
export function withConfig(
  cluster: "west" | "east",
  name: string,
  change: (config: ProxyConfig) => Partial<ProxyConfig>,
): MeshFacts {
  return withPods(cluster, name, ({ config }) => ({ config: { ...config, ...change(config) } }));
}

/** A gateway's Service in east. */
export function serviceOf(
  addresses: readonly string[],
  ports: readonly number[],
): NonNullable<GatewayFacts["service"]> {
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

/** Somebody else's DestinationRule for the host of helloworld. */
export const foreignRule = {
  namespace: "sample",
  name: "somebody-elses",
  host: "helloworld",
  created: "2026-11-05T00:00:00Z",
  own: false,
  subsets: [],
};

/** A quota of namespace sample, as the policies' facts have it. */
export const quota = {
  namespace: "sample",
  name: "q",
  resources: { "limits.cpu": { hard: "4", used: "3600m" }, "requests.memory": { hard: "8Gi", used: "1Gi" } },
};

/** A Deployment of which no new pod comes about, with the words of whoever refuses it. */
export function hindered(words: string, webhook?: HinderedWorkload["webhook"]): HinderedWorkload {
  const own = { kind: "Deployment", namespace: "sample", name: "helloworld-v2" };
  return { ...own, service: "sample/helloworld", version: "v2", words, ...(webhook === undefined ? {} : { webhook }) };
}

/** The healthy mesh, of which east does not answer. */
export function withoutEast(): MeshFacts {
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

/** The DestinationRules of east are served no more, since somebody has changed their definition: nobody can read one. */
export function withUnservedRules(): MeshFacts {
  const definition = {
    group: "apiextensions.k8s.io",
    kind: "CustomResourceDefinition",
    name: "destinationrules.networking.istio.io",
  };
  return withCluster("east", ({ routing }) => ({
    routing: { ...routing, destinationRules: [] },
    drift: {
      kind: "compared",
      applied: true,
      objects: [
        {
          id: definition,
          state: "changed",
          fields: [{ path: "spec.versions[0].served", live: "false", wanted: "true" }],
          writer: { manager: "kubectl-patch", time: "2026-11-23T05:00:00Z" },
        },
      ],
      unknown: [],
    },
  }));
}
