import type { MeshFacts, ReachedCluster } from "../checks/facts.ts";
import { groupBy } from "../model/group-by.ts";
import type { Service } from "../model/mesh.ts";
import { serviceKey } from "../render/materials.ts";
import { meshLabel } from "../render/names.ts";
import { probeLabel } from "../render/probe-pod.ts";
import { listenersOf } from "../routing/hosts.ts";
import { distinctPods } from "./pod-kinds.ts";
import type { PolicyPod } from "./policy-pod.ts";
import type { RequiredFlow } from "./required-flow.ts";
import { asPolicyPod, bothEnds, dnsPods, namespaceLabels } from "./required-flow.ts";
import { farGateways, toFarGateway, xdsPort } from "./required-flows.ts";
import { serviceIn, servicePods, targetPortOf } from "./service-pods.ts";

type Common = Omit<RequiredFlow, "pod" | "direction" | "peer">;

/**
 * What the pods take by which `isthmus verify` asks as a caller inside the mesh
 * (docs/adr/0023): one in each namespace of services that only callers inside
 * reach, which is there while the requests are sent. None of it is on the way
 * of anybody else's requests. `farOf` gives the answering cluster of a name.
 */
export function probeFlows(
  facts: MeshFacts,
  one: ReachedCluster,
  farOf: (cluster: string) => ReachedCluster | undefined,
): readonly RequiredFlow[] {
  const asked = facts.mesh.services.filter(isAskedInside);
  return [...groupBy(asked, ({ namespace }) => namespace)].flatMap(([namespace, services]) => {
    const pod: PolicyPod = {
      namespace,
      name: "isthmus-probe",
      labels: { [meshLabel]: facts.mesh.name, [probeLabel]: "verify" },
      namespaceLabels: namespaceLabels(one, namespace),
      addresses: [],
      hostNetwork: false,
      proxy: true,
      ports: [],
    };
    const whose = `the pods by which isthmus verify asks in ${namespace}`;
    return [
      ...toStart(one, pod, { whose, proves: services.map(serviceKey) }),
      ...services.flatMap((service) => toServicePods(one, pod, service, whose)),
      ...services.flatMap((service) =>
        farGateways(facts, { one, farOf, services: [service] }).map((far): RequiredFlow => ({
          ...toFarGateway(whose, pod, far),
          optional: true,
          proves: [serviceKey(service)],
        })),
      ),
    ];
  });
}

function isAskedInside({ routes }: Service): boolean {
  return routes.length === 0 || routes.some((route) => listenersOf(route).includes("mesh"));
}

/** Its sidecar is ready when istiod has told it what to do, and finds istiod by name. */
function toStart(
  one: ReachedCluster,
  pod: PolicyPod,
  { whose, proves }: { readonly whose: string; readonly proves: readonly string[] },
): readonly RequiredFlow[] {
  const common = { breaks: [], optional: true, proves } as const;
  const istiods = one.pods.filter(({ labels }) => labels["app"] === "istiod");
  const dns = one.system.dns?.targetPort;
  const toIstiod: Common = {
    ...common,
    what: `connections of ${whose} to istiod at port ${xdsPort}`,
    port: xdsPort,
    protocol: "TCP",
  };
  return [
    ...distinctPods(one.networkPolicies, istiods).flatMap((istiod) =>
      bothEnds(pod, asPolicyPod(one, istiod), toIstiod),
    ),
    ...(dns === undefined ? [] : distinctPods(one.networkPolicies, dnsPods(one))).flatMap((server) =>
      bothEnds(pod, server, {
        ...common,
        what: `look-ups of names by ${whose} (UDP ${dns ?? 0})`,
        port: dns ?? 0,
        protocol: "UDP",
      }),
    ),
  ];
}

function toServicePods(one: ReachedCluster, pod: PolicyPod, service: Service, whose: string): readonly RequiredFlow[] {
  const here = serviceIn(one, service);
  return distinctPods(one.networkPolicies, servicePods(one, service)).flatMap((target) => {
    const port = here === undefined ? undefined : targetPortOf(here, service.port, target);
    return port === undefined
      ? []
      : bothEnds(pod, asPolicyPod(one, target), {
          what: `requests of ${whose} to ${serviceKey(service)} at port ${port}`,
          port,
          protocol: "TCP",
          breaks: [],
          optional: true,
          proves: [serviceKey(service)],
        });
  });
}
