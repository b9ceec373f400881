import { eastWestGateway, ingressGateway } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl, scale } from "../commands.ts";
import { frontRoutesOf } from "../../routing/hosts.ts";
import type { GatewayFacts } from "../control-plane-facts.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { applyFix, gatewayDeploymentId, meshClusters, placesOfGateway, servicesAt } from "../reached.ts";
import { wayToInjector, webhookOf } from "../injector-subjects.ts";
import {
  appliedObject,
  gatewayPods,
  istiod,
  newPods,
  nodes,
  rootInNamespace,
  signing,
  startOf,
  wayToIstiod,
} from "../subjects.ts";

export const gatewaysReady: Check = {
  id: "gateways/ready",
  sentence: "gateways are there and ready",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      one.gateways
        .filter((gateway) => gateway.desired === undefined || gateway.desired === 0 || gateway.ready < gateway.desired)
        .filter((gateway) => !isUnneeded(facts, one, gateway))
        .map((gateway) => {
          const state =
            gateway.desired === undefined
              ? "is not there"
              : gateway.desired === 0
                ? "is scaled to 0"
                : `has ${gateway.ready} of ${gateway.desired} pods ready: ${gateway.reason}`;
          const consequence =
            gateway.name === eastWestGateway
              ? "nothing of this cluster can be reached from other networks"
              : "no request comes into the mesh here";
          const { namespace, deployment } = placesOfGateway(one, gateway.name);
          const object = gatewayDeploymentId(one, gateway.name);
          return problem("ISM424", {
            detail: `Deployment ${namespace}/${deployment} of ${one.cluster} ${state}; ${consequence}.`,
            ...(gateway.desired === undefined
              ? { fix: applyFix }
              : gateway.desired === 0
                ? { fix: "Let it run again.", commands: [scale(one, deployment, namespace)] }
                : {
                    fix: `What its pods say decides what whoever runs the cluster has to do: ${kubectl(one, "-n", namespace, "describe", "pod", "-l", podsOf(gateway))}`,
                  }),
            cluster: one.cluster,
            object,
            breaks: [gatewayPods(one.cluster, gateway.name)],
            // A Deployment that asks for no pod waits for nothing.
            needs:
              gateway.desired === undefined || gateway.desired === 0
                ? []
                : [
                    appliedObject(one.cluster, object),
                    startOf(one.cluster, namespace, deployment),
                    nodes(one.cluster),
                    newPods(one.cluster, namespace),
                    signing(one.cluster),
                    istiod(one.cluster),
                    wayToIstiod(one.cluster),
                    webhookOf(one.cluster),
                    wayToInjector(one.cluster),
                    rootInNamespace(one.cluster, namespace),
                  ],
          });
        }),
    ),
};

/** Somebody who installs Istio needs no ingress gateway where no route is opened at one. */
function isUnneeded(facts: MeshFacts, one: ReachedCluster, { name, desired }: GatewayFacts): boolean {
  return (
    facts.mesh.install === "existing" &&
    name === ingressGateway &&
    desired === undefined &&
    servicesAt(facts, one).every((service) => frontRoutesOf(service).length === 0)
  );
}

/** By what its pods are listed. */
function podsOf({ name, at, service }: GatewayFacts): string {
  return at === undefined
    ? `app=${name}`
    : Object.entries(service?.selector ?? {})
        .map(([key, value]) => `${key}=${value}`)
        .join(",");
}
