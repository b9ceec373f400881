import type { CertificateFacts } from "../../checks/certificate-facts.ts";
import type { GatewayFacts, IstiodPod } from "../../checks/control-plane-facts.ts";
import type { CredentialTrial } from "../../checks/credential-facts.ts";
import type { AddedToObject, DriftFacts, DriftedObject } from "../../checks/drift-facts.ts";
import type { BareTrial, RefusedWrite } from "../../plan/plan.ts";
import type { MeshFacts, ReachedCluster, ServiceFacts } from "../../checks/facts.ts";
import type { Drain } from "../../model/drain.ts";
import type { ObjectId } from "../../model/kube-object.ts";
import type { Name } from "./fault.ts";

export type Change = (facts: MeshFacts) => MeshFacts;

export function inCluster(name: string, change: (one: ReachedCluster) => Partial<ReachedCluster>): Change {
  return (facts) => ({
    ...facts,
    clusters: facts.clusters.map((one) =>
      one.kind === "reached" && one.cluster === name ? { ...one, ...change(one) } : one,
    ),
  });
}

export function all(...changes: readonly Change[]): Change {
  return (facts) => changes.reduce((before, change) => change(before), facts);
}

export function istiodPods(name: Name, change: (pod: IstiodPod) => Partial<IstiodPod>): Change {
  return inCluster(name, (one) => ({
    istiod: { ...one.istiod, pods: one.istiod.pods.map((pod) => ({ ...pod, ...change(pod) })) },
  }));
}

export function gateway(cluster: Name, name: string, change: (gateway: GatewayFacts) => Partial<GatewayFacts>): Change {
  return inCluster(cluster, (one) => ({
    gateways: one.gateways.map((other) => (other.name === name ? { ...other, ...change(other) } : other)),
  }));
}

export function service(cluster: Name, name: string, change: (service: ServiceFacts) => Partial<ServiceFacts>): Change {
  return inCluster(cluster, (one) => ({
    services: one.services.map((other) => (other.service === name ? { ...other, ...change(other) } : other)),
  }));
}

/** A service that is drained in east, as all inventories record it. */
export function drained(key: string, stage: Drain["stage"]): Change {
  const [namespace = "", name = ""] = key.split("/");
  const since = "2026-11-20T08:00:00.000Z";
  const drain = {
    cluster: "east",
    namespace,
    service: name,
    since,
    selector: { app: name },
    instead: "west",
    stage,
    at: since,
  };
  return (facts) => ({
    ...facts,
    mesh: {
      ...facts.mesh,
      services: facts.mesh.services.map((one) =>
        one.name === name && one.namespace === namespace ? { ...one, drains: [drain] } : one,
      ),
    },
  });
}

export function trial(reader: Name, outcome: CredentialTrial["outcome"], detail = ""): Change {
  return inCluster(reader, (one) => ({
    remoteSecrets: one.remoteSecrets.map((secret) => ({
      ...secret,
      credentials: secret.credentials.map((credential) => ({ ...credential, trial: { outcome, detail } })),
    })),
  }));
}

/** A Deployment none of whose pods is ready. */
export function gatewayDown(cluster: Name, name: string, reason: string): Change {
  return gateway(cluster, name, () => ({ ready: 0, reason, pods: [] }));
}

/** No pod of it runs: nothing answers, and what it knew of others is not seen. */
export function istiodDown(cluster: Name, reason: string, desired = 1): Change {
  return inCluster(cluster, (one) => ({ istiod: { ...one.istiod, desired, ready: 0, reason, pods: [] } }));
}

/** An istiod that does not follow another cluster: it lacks its gateway and its endpoints. */
export function notSynced(reader: Name, remote: Name, state: string | undefined): Change {
  return istiodPods(reader, (pod) => ({
    remotes: state === undefined ? [] : [{ cluster: remote, state }],
    networkGateways: pod.networkGateways.filter((one) => one.cluster !== remote),
    shards: pod.shards.filter((one) => one.cluster !== remote),
  }));
}

export function gatewayNotKnown(remote: Name): Change {
  return istiodPods(remote === "west" ? "east" : "west", (pod) => ({
    networkGateways: pod.networkGateways.filter((one) => one.cluster !== remote),
  }));
}

export function noReadyPods(cluster: Name, name: string): Change {
  return all(
    service(cluster, name, (one) => ({
      podsOf: Object.fromEntries(Object.keys(one.podsOf).map((version) => [version, []])),
      endpoints: [],
    })),
    ...(["west", "east"] as const).map((reader) =>
      istiodPods(reader, (pod) => ({
        shards: pod.shards.map((one) =>
          one.cluster === cluster && one.service.startsWith(`${name.slice(name.indexOf("/") + 1)}.`)
            ? { ...one, endpoints: [] }
            : one,
        ),
      })),
    ),
  );
}

export function serviceOf({ service }: GatewayFacts): NonNullable<GatewayFacts["service"]> {
  if (service === undefined) {
    throw new Error("the gateways of the tests have Services");
  }
  return service;
}

export function quota(namespace: string, resources: ReachedCluster["quotas"][number]["resources"]): Change {
  return inCluster("east", (one) => ({ quotas: [...one.quotas, { namespace, name: "tight", resources }] }));
}

export function policy(name: string, matchLabels: Readonly<Record<string, string>>): Change {
  return inCluster("east", (one) => ({
    networkPolicies: [
      ...one.networkPolicies,
      {
        namespace: "istio-system",
        name,
        podSelector: { matchLabels, matchExpressions: [] },
        types: { ingress: true, egress: false },
        ingress: [],
        egress: [],
      },
    ],
  }));
}

export const otherRoot = {
  subject: "CN=root",
  fingerprint: "CC:DD",
  identity: "eee",
  notBefore: "2026-01-01T00:00:00.000Z",
  notAfter: "2036-01-01T00:00:00.000Z",
};

export function endOf(certificate: "root" | "intermediate", notAfter: string, clusters: readonly Name[]): Change {
  return all(
    ...clusters.map((cluster) =>
      inCluster(cluster, ({ authority, istiod }) => {
        if (authority.kind !== "present") {
          return {};
        }
        const ending = (one: CertificateFacts): CertificateFacts => ({ ...one, notAfter });
        return {
          authority:
            certificate === "intermediate"
              ? { ...authority, intermediate: ending(authority.intermediate) }
              : { ...authority, roots: authority.roots.map(ending), above: authority.above.map(ending) },
          istiod:
            certificate === "intermediate"
              ? { ...istiod, pods: istiod.pods.map((pod) => ({ ...pod, signerEnds: notAfter })) }
              : istiod,
        };
      }),
    ),
  );
}

export const noNodes = inCluster("east", (one) => ({ nodes: one.nodes.map((node) => ({ ...node, ready: false })) }));
export const oneOfTwo = "0 of 1 pods are ready";

export const routeId = {
  group: "networking.istio.io",
  kind: "VirtualService",
  namespace: "sample",
  name: "helloworld",
};
export const gatewayId = {
  group: "networking.istio.io",
  kind: "Gateway",
  namespace: "sample",
  name: "helloworld-gateway",
};
export const ordersId = { group: "", kind: "Service", namespace: "shop", name: "orders" };

export function drift(cluster: Name, ...drifted: readonly DriftedObject[]): Change {
  return inCluster(cluster, (one) => {
    const before = one.drift?.kind === "compared" ? one.drift : compared;
    return { drift: { ...before, objects: [...before.objects, ...drifted] } };
  });
}

const compared = { kind: "compared", applied: true, objects: [], unknown: [] } as const;

/** What the API server of a cluster says no to, tried with what changes nothing. */
export function refuses(cluster: Name, ...refused: readonly RefusedWrite[]): Change {
  return inCluster(cluster, (one) => {
    const before: DriftFacts = one.drift?.kind === "compared" ? one.drift : compared;
    return { drift: { ...before, refusedWrites: [...(before.refusedWrites ?? []), ...refused] } };
  });
}

/** Workloads of which a new pod is let in without a sidecar. */
export function letsInBare(cluster: Name, ...bare: readonly BareTrial[]): Change {
  return inCluster(cluster, (one) => {
    const before: DriftFacts = one.drift?.kind === "compared" ? one.drift : compared;
    return { drift: { ...before, bareTrials: [...(before.bareTrials ?? []), ...bare] } };
  });
}

/** Somebody adds fields to objects of ours. */
export function adds(cluster: Name, ...added: readonly AddedToObject[]): Change {
  return inCluster(cluster, (one) => {
    const before: DriftFacts = one.drift?.kind === "compared" ? one.drift : compared;
    return { drift: { ...before, added: [...(before.added ?? []), ...added] } };
  });
}

/** An object with one field that somebody has added. */
export function withField(
  id: ObjectId,
  pointer: string,
  value: string,
  more: Partial<AddedToObject["fields"][number]> = {},
): AddedToObject {
  const writer = { manager: "kubectl-patch", time: "2026-11-23T05:00:00Z" };
  const path = pointer.slice(1).replaceAll("/", ".");
  return { id, fields: [{ path, pointer, value, test: { pointer, value }, writer, ...more }] };
}

/** An object in which one field has another value than was applied. */
export function edited(id: ObjectId, path: string, live: string, wanted: string): DriftedObject {
  const writer = { manager: "kubectl-edit", time: "2026-11-23T05:00:00Z" };
  return { id, state: "changed", fields: [{ path, live, wanted }], writer };
}
