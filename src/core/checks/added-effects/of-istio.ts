import type { AddedFieldFacts } from "../drift-facts.ts";
import type { ReachedCluster } from "../facts.ts";
import { crossNetworkGatewayName } from "../../render/names.ts";
import { cacerts, crossNetwork, knownGateways, openedBy } from "../subjects.ts";
import type { Rule } from "./effect.ts";
import { ofObject, says } from "./effect.ts";

/** Fields of Istio's own objects, of its configuration and of workloads. */
export const rulesOfIstio: readonly Rule[] = [
  // https://istio.io/latest/docs/reference/config/networking/destination-rule/
  {
    kind: /^DestinationRule$/,
    field: /^\/spec\/trafficPolicy(?:\/|$)/,
    // ISTIO_MUTUAL is what proxies do anyway.
    when: ({ field }) => (field.tlsModes ?? []).some((mode) => mode !== "ISTIO_MUTUAL"),
    effect: (place) => ({
      harms: true,
      words:
        "proxies go by it instead of mutual TLS with the mesh's certificates, which pods of other networks take alone and the east-west gateways pass on",
      breaks: ofObject(place),
    }),
  },
  {
    kind: /^DestinationRule$/,
    field: /^\/spec\/workloadSelector(?:\/|$)/,
    effect: (place) => ({
      harms: true,
      words: "the rule holds for proxies with these labels alone, and gateways lack the versions",
      breaks: ofObject(place),
    }),
  },
  {
    kind: /^DestinationRule$/,
    field: /^\/spec\/trafficPolicy\/(?:connectionPool|portLevelSettings|tunnel)(?:\/|$)/,
    effect: says("requests beyond such limits are refused"),
  },
  {
    kind: /^DestinationRule$/,
    field: /^\/spec\/trafficPolicy(?:\/|$)/,
    effect: says("it changes which endpoints get requests, and what takes over when they fail"),
  },
  {
    kind: /^Gateway$/,
    field: /^\/spec\/selector\//,
    effect: ({ one, object }) => ({
      harms: true,
      words: "it applies to gateway pods that have this label too, and to no other",
      breaks: [
        ...ofObject({ one, object }),
        openedBy(one.cluster, object.id),
        ...(object.id.name === crossNetworkGatewayName ? [crossNetwork(one.cluster)] : []),
      ],
    }),
  },
  {
    kind: /^(?:Gateway|VirtualService|DestinationRule|PeerAuthentication|AuthorizationPolicy|RequestAuthentication|Sidecar)$/,
    field: /^\/metadata\/labels\/istio\.io~1rev$/,
    when: ({ one, field }) => !isRevisionOf(one, field),
    effect: (place) => ({
      harms: true,
      words: "an istiod of another revision leaves the object out",
      breaks: ofObject(place),
    }),
  },
  {
    kind: /WebhookConfiguration$/,
    field: /^\/webhooks\/\*\/matchConditions(?:\/|$)/,
    effect: says("requests that do not meet it pass the webhook by"),
  },
  // istio.io/istio, security/pkg/pki/ca: a file tls.crt is taken before ca-cert.pem.
  {
    kind: /^Secret$/,
    field: /^\/data\/(?:tls\.crt|tls\.key|ca\.crt)$/,
    when: ({ object }) => object.id.name === "cacerts",
    effect: ({ one, object }) => ({
      harms: true,
      words: "istiod signs with tls.crt where there is one, and not with ca-cert.pem",
      breaks: [...ofObject({ one, object }), cacerts(one.cluster)],
    }),
  },
  {
    kind: /^ConfigMap$/,
    field: /^\/data\/meshNetworks$/,
    effect: ({ one }) => ({
      harms: true,
      words: "istiod takes networks and their gateways from there",
      breaks: one.istiod.pods.flatMap(({ remotes }) =>
        remotes.map(({ cluster }) => knownGateways(one.cluster, cluster)),
      ),
    }),
  },
  {
    kind: /^(?:Deployment|DaemonSet|StatefulSet)$/,
    field: /\/env(?:\/|$)/,
    when: ({ field }) => setsPlace(field),
    effect: (place) => ({
      harms: true,
      words: "Istio goes by it for the cluster or the network that the pod is in",
      breaks: ofObject(place),
    }),
  },
  // How and when pods are replaced.
  {
    kind: /^(?:Deployment|DaemonSet|StatefulSet)$/,
    field:
      /^\/spec\/(?:strategy|updateStrategy|minReadySeconds|revisionHistoryLimit|progressDeadlineSeconds|podManagementPolicy)(?:\/|$)/,
    effect: undefined,
  },
];

const ofPlace =
  /^(?:ISTIO_META_NETWORK|ISTIO_META_CLUSTER_ID|ISTIO_META_REQUESTED_NETWORK_VIEW|ISTIO_META_ROUTER_MODE|CLUSTER_ID)$/;

function setsPlace({ path, items = [] }: AddedFieldFacts): boolean {
  const named = /\benv\[name="([^"]*)"\]/.exec(path)?.[1];
  return [...items, ...(named === undefined ? [] : [named])].some((name) => ofPlace.test(name));
}

/** The revision of the mesh's own istiod, which its Deployment has in its name. */
function isRevisionOf({ istiod: { deployment = "istiod" } }: ReachedCluster, { value }: AddedFieldFacts): boolean {
  const revision = value?.replaceAll('"', "") ?? "";
  return deployment === (revision === "default" ? "istiod" : `istiod-${revision}`);
}
