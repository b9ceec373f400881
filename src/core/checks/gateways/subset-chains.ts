import { versionServerName } from "../../proxy/version-cluster.ts";
import { crossNetworkPort, eastWestGateway, istioNamespace } from "../../render/names.ts";
import { insteadOf } from "../../drain/drained-mesh.ts";
import { describeId } from "../../model/kube-object.ts";
import type { Service } from "../../model/mesh.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { restart } from "../commands.ts";
import type { GatewayPod } from "../control-plane-facts.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { containerPort } from "../container-port.ts";
import { versionObjects } from "../route-object.ts";
import { gatewayDeploymentId, gatewayServiceId, meshClusters, networkOf } from "../reached.ts";
import {
  appliedObject,
  crossNetwork,
  issuedRoot,
  mutualTls,
  needsOfProxies,
  objectOf,
  serviceIn,
  sidecarsOf,
} from "../subjects.ts";
import { answeringPods, silentPods } from "./proxies-answer.ts";

/** A request from another network names service, port and version in its handshake; without a filter chain of that name the connection is reset. */
export const subsetChains: Check = {
  id: "gateways/subset-chains",
  sentence: "east-west proxies lead to every version that runs behind them",
  pre: false,
  unseen: (facts) => meshClusters(facts).flatMap((one) => silentPods(one, eastWestGateway)),
  run: (facts) =>
    meshClusters(facts)
      .filter((one) => isAsked(facts, one))
      .flatMap((one) =>
        facts.mesh.services.flatMap((service) => {
          const key = `${service.namespace}/${service.name}`;
          const wrong = listeningPods(one).flatMap((pod) => lackingOf(one, pod, service));
          const deployment = gatewayDeploymentId(one, eastWestGateway);
          const rules = versionObjects(service);
          return wrong.length === 0
            ? []
            : [
                problem("ISM477", {
                  detail: `Requests of other networks for ${key} do not get through in ${one.cluster}: ${wrong.join("; ")}.`,
                  fix: `${rules.map(describeId).join(", ")} and Gateway ${istioNamespace}/cross-network-gateway of ${one.cluster} are right as far as it can be seen: have the gateway read them again by a restart.`,
                  commands: [restart(one, deployment.namespace ?? "", deployment.name)],
                  cluster: one.cluster,
                  object: deployment,
                  needs: [
                    ...rules.flatMap((rule) => [objectOf(one.cluster, rule), appliedObject(one.cluster, rule)]),
                    crossNetwork(one.cluster),
                    objectOf(one.cluster, gatewayServiceId(one, eastWestGateway)),
                    serviceIn(one.cluster, key),
                    sidecarsOf(one.cluster, key),
                    mutualTls(one.cluster, one.cluster, key),
                    ...needsOfProxies(one.cluster, eastWestGateway, listeningPods(one), deployment.namespace),
                    issuedRoot(one.cluster),
                  ],
                }),
              ];
        }),
      ),
};

/** Without another network nobody comes in there. */
function isAsked(facts: MeshFacts, one: ReachedCluster): boolean {
  const own = networkOf(facts, one.cluster);
  return facts.mesh.clusters.some(({ network }) => network !== own);
}

/** A proxy without any chain at the port is a finding of its own. */
function listeningPods(one: ReachedCluster): readonly GatewayPod[] {
  const port = containerPort(one, eastWestGateway, crossNetworkPort) ?? crossNetworkPort;
  return answeringPods(one, eastWestGateway).filter((pod) => pod.listeners.includes(port));
}

function lackingOf(one: ReachedCluster, pod: GatewayPod, service: Service): readonly string[] {
  const here = one.services.find((other) => other.service === `${service.namespace}/${service.name}`);
  return (
    service.versions
      .filter((version) => service.exported && version.clusters.includes(one.cluster))
      // Where a service is drained its subsets are of pods elsewhere, so that the gateway leads nowhere.
      .filter((version) => insteadOf(service, one.cluster, version.name) === undefined)
      .flatMap((version) => {
        const real = here?.podsOf[version.name] ?? [];
        if (real.length === 0) {
          return [];
        }
        const name = versionServerName(service, version.name);
        const chain = pod.config.chains.find((other) => other.serverNames.includes(name));
        if (chain === undefined) {
          return [`${pod.name} has no filter chain for version ${version.name} and resets connections for it`];
        }
        const endpoints = pod.config.clusters.find((other) => other.name === (chain.cluster ?? name))?.endpoints ?? [];
        return endpoints.some((endpoint) => endpoint.idle === "")
          ? []
          : [`${pod.name} has no endpoint of version ${version.name}, which has ${real.length} ready in this cluster`];
      })
  );
}
