import { spokenProtocol } from "../../decide/port-protocol.ts";
import { eastWestGateway, ingressGateway, istioNamespace } from "../../render/names.ts";
import type { Subject } from "../subjects.ts";
import { gatewayAddress, serviceIn, sidecarsOf } from "../subjects.ts";
import type { Effect, Place, Rule } from "./effect.ts";
import { ofObject, says } from "./effect.ts";

/** Fields of Services, with their meaning for Kubernetes, load balancers and Istio. */
export const rulesOfServices: readonly Rule[] = [
  // Who may connect: https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/#ServiceSpec
  { kind: /^Service$/, field: /^\/spec\/loadBalancerSourceRanges$/, when: isGateway, effect: narrows },
  {
    kind: /^Service$/,
    field:
      /^\/metadata\/annotations\/service\.beta\.kubernetes\.io~1(?:load-balancer-source-ranges|azure-allowed-ip-ranges|azure-allowed-service-tags|azure-deny-all-except-load-balancer-source-ranges)$/,
    when: isGateway,
    effect: narrows,
  },
  {
    kind: /^Service$/,
    field: /^\/spec\/externalTrafficPolicy$/,
    effect: says("connections that arrive at a node without a pod of it are dropped"),
  },
  {
    kind: /^Service$/,
    field: /^\/spec\/internalTrafficPolicy$/,
    when: ({ object, field }) => object.service !== undefined && field.value === '"Local"',
    // istio.io/istio, pilot/pkg/model/service.go: `NodeLocal`.
    effect: (place) => ({
      harms: true,
      words: "proxies use endpoints of their own node alone, and gateways none of other clusters",
      breaks: ofService(place),
    }),
  },
  {
    kind: /^Service$/,
    field: /^\/spec\/externalIPs$/,
    when: ({ object }) => object.id.namespace === istioNamespace && object.id.name === eastWestGateway,
    // istio.io/istio, pilot/pkg/serviceregistry/kube/conversion.go, ConvertService: `ClusterExternalAddresses`.
    effect: says(
      "istiod hands them to proxies of other networks as addresses of this gateway beside its own, and a share of their requests fails where one does not lead here",
    ),
  },
  {
    kind: /^Service$/,
    field: /^\/spec\/publishNotReadyAddresses$/,
    effect: says("pods that are not ready get requests"),
  },
  {
    kind: /^Service$/,
    field: /^\/(?:spec\/trafficDistribution|metadata\/annotations\/networking\.istio\.io~1traffic-distribution)$/,
    effect: says("endpoints nearby get all requests while they are there"),
  },
  // Proxies choose endpoints by themselves.
  {
    kind: /^Service$/,
    field: /^\/spec\/sessionAffinity/,
    when: ({ object }) => object.service !== undefined,
    effect: undefined,
  },
  {
    kind: /^Service$/,
    field: /^\/spec\/ports\/\*\/appProtocol$/,
    when: ({ object }) => object.service !== undefined,
    effect: changesProtocol,
  },
  {
    kind: /^Service$/,
    field: /^\/metadata\/labels\/topology\.istio\.io~1network$/,
    effect: ({ one, object }) => ({
      harms: true,
      // istio.io/istio, pilot/pkg/serviceregistry/kube/controller/network.go
      words: "every istiod takes its addresses for gateways of that network",
      breaks: [
        ...ofObject({ one, object }),
        ...(object.id.name === eastWestGateway ? [gatewayAddress(one.cluster, eastWestGateway)] : []),
      ],
    }),
  },
  // Without a type in what was applied it is no drift (https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/#ServiceSpec).
  {
    kind: /^Service$/,
    field: /^\/spec\/type$/,
    when: ({ field }) => field.value === '"ExternalName"',
    effect: isAlias,
  },
  // It is heeded with type ExternalName alone, whose words have it.
  { kind: /^Service$/, field: /^\/spec\/externalName$/, effect: undefined },
  {
    kind: /^Service$/,
    field: /^\/metadata\/labels\/networking\.istio\.io~1gatewayPort$/,
    effect: ({ one, object, field }) => ({
      harms: true,
      words: `proxies of other networks connect to port ${field.value ?? ""} of it`,
      breaks: [...ofObject({ one, object }), gatewayAddress(one.cluster, object.id.name)],
    }),
  },
];

/** Those that isthmus makes: what somebody adds to a gateway of theirs is theirs to judge. */
function isGateway({ object: { id } }: Place): boolean {
  return id.namespace === istioNamespace && (id.name === ingressGateway || id.name === eastWestGateway);
}

function narrows({ object: { id } }: Place): Effect {
  const who = id.name === eastWestGateway ? "proxies of other networks" : "clients";
  return {
    harms: true,
    words: `connections of ${who} from other addresses are dropped`,
    // Its address is known as before.
    breaks: [],
  };
}

/** The API server takes its cluster IP away, and its name becomes a CNAME. */
function isAlias(place: Place): Effect {
  const { value = "another name" } = place.object.fields.find(({ pointer }) => pointer === "/spec/externalName") ?? {};
  return {
    harms: true,
    words: `its name is an alias of ${value.replaceAll('"', "")}, it has no address, and its pods get no requests by it`,
    breaks: ofService(place),
  };
}

function ofService({ one, object }: Place): readonly Subject[] {
  const { service = "" } = object;
  return [...ofObject({ one, object }), serviceIn(one.cluster, service), sidecarsOf(one.cluster, service)];
}

/** https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/ */
function changesProtocol(place: Place): Effect {
  const { one, object, field } = place;
  const index = Number(/\/ports\/(\d+)\//.exec(field.pointer)?.[1]);
  const port = one.services.find(({ service }) => service === object.service)?.servicePorts[index];
  const [named, told] = [
    spokenProtocol({ name: port?.name ?? "", ...(port === undefined ? {} : { port: port.port }) }),
    spokenProtocol(port ?? {}),
  ];
  // A proxy that finds out by itself finds HTTP/1.1 where it is.
  const isOther = port !== undefined && told !== undefined && told !== (named ?? "http");
  return {
    harms: isOther,
    words: isOther
      ? `proxies speak ${told} to the pods at port ${port.port}, and by its name ${named === undefined ? "would find out themselves" : `spoke ${named}`}`
      : "proxies speak the same by it as by the port's name",
    breaks: isOther ? ofService(place) : [],
  };
}
