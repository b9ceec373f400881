import type { PlannedName } from "../../front-door/names-plan.ts";
import { addressChanges } from "../../front-door/names-plan.ts";
import type { AddressClaim } from "../../front-door/owner-records.ts";
import { ingressGateway, istioNamespace } from "../../render/names.ts";
import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import { drainCommand, syncCommand } from "../commands.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { meshClusters } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import { gatewayAddress, gatewayPods, objectOf } from "../subjects.ts";

/** What isthmus publishes is in DNS, by it alone, and with the addresses that the clusters have. */
export const published: Check = {
  id: "dns/published",
  sentence: "published names lead to the ingress gateways of their clusters, and nowhere else",
  pre: false,
  run: (facts) => [
    ...(facts.names?.problem === undefined ? [] : [problem("ISM643", worded(facts.names.problem))]),
    ...(facts.names?.names ?? []).flatMap((planned) => [...judge(facts, planned), ...leadsNowhere(facts, planned)]),
    ...(facts.names?.former ?? []).flatMap((planned) => ofFormer(facts, planned)),
  ],
};

/** A name leads to gateways that are there. */
function leadsNowhere(facts: MeshFacts, planned: PlannedName): readonly Finding[] {
  return meshClusters(facts).flatMap((one) => {
    const claim = claimOf(facts, planned, one.cluster);
    return claim === undefined || isLive(one) ? [] : [ofDeadGateway(facts, planned.name, claim, one)];
  });
}

function judge(facts: MeshFacts, planned: PlannedName): readonly Finding[] {
  const { mesh } = facts;
  if (planned.kind === "refused" || planned.kind === "unread") {
    return planned.diagnostics.map((why) => problem("ISM643", worded(why)));
  }
  const gone = planned.now.claims.filter(
    (claim) => claim.mesh === mesh.name && !mesh.clusters.some(({ name }) => name === claim.cluster),
  );
  const changes = planned.kind === "update" ? addressChanges(planned) : [];
  const others = changes.filter(({ clusters }) => !gone.some(({ cluster }) => clusters.includes(cluster)));
  return [
    ...(planned.kind === "update" ? planned.diagnostics.map((why) => problem("ISM643", worded(why))) : []),
    ...gone.map(({ cluster, addresses }) =>
      warning("ISM645", {
        detail: `${planned.name} has ${addresses.join(", ")} of ${cluster}, which the mesh file does not have any more. Clients are led there.`,
        fix: "Write the name as the mesh file has it.",
        commands: [syncCommand(facts)],
      }),
    ),
    ...(others.length === 0
      ? []
      : [
          warning("ISM646", {
            detail: `${planned.name} is not as its clusters are: ${others.map(({ action, address, clusters }) => `${address} of ${clusters.join(" and ") || "nobody"} ${action === "add" ? "is missing" : "is there"}`).join(", ")}.`,
            fix: "Write the name as the clusters are; isthmus dns sync --watch goes on with that.",
            commands: [syncCommand(facts)],
            needs: certificateOf(mesh, planned.name, others),
          }),
        ]),
  ];
}

/** What a cluster lacks that alone is about to leave a name: without its certificate a name is not led there. */
function certificateOf(
  { services }: MeshFacts["mesh"],
  name: string,
  changes: ReturnType<typeof addressChanges>,
): readonly Subject[] {
  const clusters = [...new Set(changes.flatMap((change) => change.clusters))];
  const secrets = services.flatMap(({ routes }) =>
    routes.flatMap(({ hosts, tls }) => (hosts.includes(name) && tls !== undefined ? [tls.secretName] : [])),
  );
  return clusters.length === 1 && changes.every(({ action }) => action === "remove")
    ? secrets.map((secret) =>
        objectOf(clusters[0] ?? "", { group: "", kind: "Secret", namespace: istioNamespace, name: secret }),
      )
    : [];
}

/** A name without a record of ours needs nothing. */
function ofFormer(facts: MeshFacts, { name, kind }: PlannedName): readonly Finding[] {
  return kind !== "update"
    ? []
    : [
        warning("ISM647", {
          detail: `${name} has records that isthmus wrote, and no route asks for the name any more. Clients that still use it are led to gateways without a route for it.`,
          fix: "Take them away.",
          commands: [syncCommand(facts, { prune: true })],
        }),
      ];
}

function claimOf({ mesh }: MeshFacts, planned: PlannedName, cluster: string): AddressClaim | undefined {
  return planned.kind === "unread"
    ? undefined
    : planned.now.claims.find((one) => one.mesh === mesh.name && one.cluster === cluster);
}

function isLive({ gateways }: ReachedCluster): boolean {
  const gateway = gateways.find(({ name }) => name === ingressGateway);
  return gateway !== undefined && gateway.ready > 0 && (gateway.service?.addresses.length ?? 0) > 0;
}

function ofDeadGateway(
  facts: MeshFacts,
  name: string,
  { addresses }: AddressClaim,
  { cluster }: ReachedCluster,
): Finding {
  return problem("ISM648", {
    detail: `${name} leads clients to ${addresses.join(", ")} of ${cluster}, whose ingress gateway has no address or no ready pod. They get no answer there.`,
    fix: `Get the gateway of ${cluster} to run, or take its address out meanwhile: ${drainCommand(facts, cluster)}. With spec.dns.healthChecks, isthmus dns sync --watch takes out what does not answer.`,
    cluster,
    object: { group: "", kind: "Service", namespace: istioNamespace, name: ingressGateway },
    needs: [gatewayPods(cluster, ingressGateway), gatewayAddress(cluster, ingressGateway)],
  });
}

function worded({ detail, fix }: { readonly detail: string; readonly fix?: string }): {
  readonly detail: string;
  readonly fix: string;
} {
  return { detail, fix: `Whoever owns the zone has to decide. ${fix ?? "See isthmus dns status."}` };
}
