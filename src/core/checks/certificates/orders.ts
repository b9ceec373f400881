import { anywhereOutside, httpsOutside, needsOf, unseenIngresses, webhookNeedsOf } from "../cert-manager-needs.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { kubectl } from "../commands.ts";
import type { DnsWebhookFacts, ProgramFacts } from "../program-facts.ts";
import { closedNeeds, describeNeeds, unsureNeeds } from "../program-ways.ts";
import { meshClusters } from "../reached.ts";
import { issuing } from "../subjects.ts";

/** Judged as Kubernetes defines policies; whether the cluster's network enforces them at all is not known. */
export const certificateOrders: Check = {
  id: "certificates/orders",
  sentence: "cert-manager reaches what it needs to order certificates",
  pre: false,
  unseen: (facts) => meshClusters(facts).flatMap((one) => unseenIn(facts, one)),
  run: (facts) =>
    meshClusters(facts).flatMap((one) => [
      ...(one.certManager ?? []).flatMap((manager) =>
        ofClosed(one, manager, needsOf(facts, one, manager), "cert-manager"),
      ),
      ...webhooksOf(one).flatMap((webhook) => ofWebhook(one, webhook)),
    ]),
};

/** Each once, whichever of several controllers it was read with. */
function webhooksOf({ certManager = [] }: ReachedCluster): readonly DnsWebhookFacts[] {
  return [...new Map(certManager.flatMap(({ webhooks = [] }) => webhooks).map((one) => [one.group, one])).values()];
}

function ofClosed(
  one: ReachedCluster,
  program: ProgramFacts,
  needs: Parameters<typeof closedNeeds>[2],
  what: string,
): readonly Finding[] {
  const closed = closedNeeds(one, program, needs);
  if (closed.needs.length === 0) {
    return [];
  }
  const { namespace, name } = program;
  const described = describeNeeds(one, closed, program);
  return [
    problem("ISM750", {
      detail: `${what} of ${one.cluster} (${namespace}/${name}) does not reach ${described.what}: ${described.why}. Certificates are not ordered, and not renewed.`,
      fix: described.fix,
      cluster: one.cluster,
      object: { group: "apps", kind: "Deployment", namespace, name },
      breaks: [issuing(one.cluster)],
      // The policy that is printed has the ingresses of all clusters.
      provenBy: { elsewhere: ["gateways"] },
    }),
  ];
}

/** A webhook that is there and is called, and what its pods reach. */
function ofWebhook(one: ReachedCluster, webhook: DnsWebhookFacts): readonly Finding[] {
  const { group, state, why = "", program } = webhook;
  const about = {
    cluster: one.cluster,
    object: { group: "apiregistration.k8s.io", kind: "APIService", name: `v1alpha1.${group}` },
    breaks: [issuing(one.cluster)],
  };
  return [
    ...(state === "missing"
      ? [
          problem("ISM776", {
            detail: `cert-manager of ${one.cluster} is to prove names by the webhook ${group}, and the cluster has no API of that group. Challenges wait without a word of theirs.`,
            fix: `Whoever runs cert-manager has to decide: install the webhook of the DNS provider, with groupName=${group}, or correct dns01.webhook.groupName of the issuer in the mesh file.`,
            ...about,
          }),
        ]
      : []),
    ...(state === "unavailable"
      ? [
          problem("ISM776", {
            detail: `cert-manager of ${one.cluster} proves names by the webhook ${group}, and the API server does not get through to it: ${why}`,
            fix: `Whoever runs it has to decide, by what its pods and their policies say${program === undefined ? "" : `: ${kubectl(one, "-n", program.namespace, "get", "pods,endpoints,networkpolicies")}`}. A policy that selects them has to let the API server in, at the port of the webhook's Service.`,
            ...about,
          }),
        ]
      : []),
    ...(program === undefined
      ? []
      : [
          ...ofClosed(one, program, webhookNeedsOf(one, program), `the webhook ${group} of cert-manager`),
          ...ofShutIn(one, program, group),
        ]),
  ];
}

/** Where its provider is only its own settings say, so that no command is printed. */
function ofShutIn(one: ReachedCluster, program: ProgramFacts, group: string): readonly Finding[] {
  const { needs, policies } = closedNeeds(one, program, [anywhereOutside(program)]);
  const { namespace, name } = program;
  return needs.length === 0
    ? []
    : [
        problem("ISM750", {
          detail: `the webhook ${group} of cert-manager of ${one.cluster} (${namespace}/${name}) reaches nothing outside of the cluster, and so no DNS provider: NetworkPolicy ${policies.join(", ")} of ${namespace} lets no connection of its pods out. Certificates are not ordered, and not renewed.`,
          fix: `Whoever made the policies has to decide: a rule that lets the pods of ${namespace}/${name} out to the address and the port of the DNS provider, which its settings have.`,
          cluster: one.cluster,
          object: { group: "apps", kind: "Deployment", namespace, name },
          breaks: [issuing(one.cluster)],
        }),
      ];
}

function unseenOf(one: ReachedCluster, { group, state, program }: DnsWebhookFacts): readonly string[] {
  const what = `the webhook ${group} of cert-manager in ${one.cluster}`;
  if (state === "missing") {
    return [];
  }
  const asked = {
    available: [],
    unavailable: [],
    unread: [`${what}: this account may not ask about it`],
    unknown: [`whether the API server gets through to ${what}: it does not say`],
  }[state];
  if (program === undefined) {
    return state === "unread" ? asked : [...asked, `what the pods of ${what} reach: no Deployment was found behind it`];
  }
  return [
    ...asked,
    ...(program.policiesUnread === true
      ? [`the network policies of ${program.namespace} in ${one.cluster}: this account may not list them`]
      : []),
    ...(isLetOutInPart(one, program)
      ? [
          `whether ${what} reaches its DNS provider: policies let it out in part, and the provider's address and port are not known`,
        ]
      : []),
    ...unsureNeeds(one, program, webhookNeedsOf(one, program)),
  ];
}

/** Policies let its pods out somewhere, and not everywhere at the port of HTTPS. */
function isLetOutInPart(one: ReachedCluster, program: ProgramFacts): boolean {
  const isClosed = (need: ReturnType<typeof anywhereOutside>): boolean =>
    closedNeeds(one, program, [need]).needs.length > 0;
  const https = httpsOutside(program);
  return !isClosed(anywhereOutside(program)) && (isClosed(https) || unsureNeeds(one, program, [https]).length > 0);
}

function unseenIn(facts: MeshFacts, one: ReachedCluster): readonly string[] {
  const { cluster, certManager = [] } = one;
  return [
    ...(certManager.length === 0 && (facts.mesh.acmeIssuers ?? []).length > 0
      ? [`no cert-manager was found in ${cluster}, by the label app.kubernetes.io/name=cert-manager of its Deployment`]
      : []),
    ...certManager.flatMap(({ namespace, name, networkPolicies, policiesUnread, unread }) => [
      ...(policiesUnread === true
        ? [`the network policies of ${namespace} in ${cluster}: this account may not list them`]
        : []),
      ...(unread === undefined || networkPolicies === undefined
        ? []
        : [`which DNS servers ${namespace}/${name} of ${cluster} asks: it is said by ${unread}`]),
    ]),
    ...certManager.flatMap((manager) => unsureNeeds(one, manager, needsOf(facts, one, manager))),
    ...(certManager.some(({ networkPolicies = [] }) => networkPolicies.length > 0) ? unseenIngresses(facts) : []).map(
      (name) => `whether cert-manager of ${cluster} reaches the ingress of ${name}: that cluster does not answer`,
    ),
    ...webhooksOf(one).flatMap((webhook) => unseenOf(one, webhook)),
  ];
}
