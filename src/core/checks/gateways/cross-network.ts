import { hasLabels } from "../../model/labels.ts";
import { crossNetworkPort, eastWestGateway } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { kubectlCommand } from "../commands.ts";
import type { ReachedCluster } from "../facts.ts";
import { applyFix, gatewayOf, meshClusters } from "../reached.ts";
import { crossNetwork } from "../subjects.ts";

/** The one Gateway that opens 15443: AUTO_PASSTHROUGH for *.local, and no other one beside it (docs/guides/check.md, complaint 14). */
export const crossNetworkGateway: Check = {
  id: "gateways/cross-network",
  sentence: "one Gateway opens the east-west gateway for other networks",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      const found = serversAt(one);
      const good = found.filter((server) => server.tlsMode === "AUTO_PASSTHROUGH" && opensAll(server.hosts));
      const [first] = found.filter((server) => !good.includes(server));
      const name = first?.name ?? "istio-system/cross-network-gateway";
      if (good.length > 0 && first === undefined) {
        return [];
      }
      const id = {
        group: "networking.istio.io",
        kind: "Gateway",
        namespace: name.slice(0, name.indexOf("/")),
        name: name.slice(name.indexOf("/") + 1),
      };
      const detail =
        first === undefined
          ? `${one.cluster} has no Gateway that opens port ${crossNetworkPort} of the east-west gateway, so no request comes in from another network.`
          : `Gateway ${name} of ${one.cluster} opens port ${crossNetworkPort} of the east-west gateway with ${first.tlsMode || "no TLS mode"} for ${first.hosts.join(", ")}. ${good.length > 0 ? "Beside the mesh's own one istiod drops one of the two." : "Other networks need AUTO_PASSTHROUGH for *.local there."}`;
      return [
        problem("ISM426", {
          detail,
          ...(good.length > 0
            ? {
                fix: "Delete it; or whoever has made it has to give it a selector of its own.",
                commands: [kubectlCommand(one, "delete", id)],
              }
            : { fix: applyFix }),
          cluster: one.cluster,
          object: id,
          breaks: [crossNetwork(one.cluster)],
        }),
      ];
    }),
};

function serversAt(one: ReachedCluster): readonly {
  readonly name: string;
  readonly tlsMode: string;
  readonly hosts: readonly string[];
}[] {
  return one.routing.gateways
    .filter(({ selector }) => selectsGateway(one, selector))
    .flatMap((gateway) =>
      gateway.servers
        .filter((server) => server.port === crossNetworkPort)
        .map((server) => ({ ...server, name: `${gateway.namespace}/${gateway.name}` })),
    );
}

/** Whether a Gateway is for the pods of the east-west gateway; of one elsewhere its Service says which these are. */
function selectsGateway(one: ReachedCluster, selector: Readonly<Record<string, string>>): boolean {
  const gateway = gatewayOf(one, eastWestGateway);
  if (gateway?.at === undefined) {
    return selector["istio"] === "eastwestgateway";
  }
  const own = gateway.service?.selector ?? {};
  return (
    hasLabels(own, selector) ||
    one.pods.some(
      (pod) =>
        pod.namespace === gateway.at?.namespace &&
        Object.keys(own).length > 0 &&
        hasLabels(pod.labels, own) &&
        hasLabels(pod.labels, selector),
    )
  );
}

function opensAll(hosts: readonly string[]): boolean {
  return hosts.some((host) => host === "*.local" || host === "*" || host === "*/*.local");
}
