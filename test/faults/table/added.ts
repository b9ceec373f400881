import type { Fault } from "../fault.ts";
import { cause, indexOfPort, on, patch } from "../fault.ts";

const istio = "istio-system";

/** Fields that somebody adds to objects of the mesh: no apply takes them away. */
export const addedFaults: readonly Fault[] = [
  {
    what: "the ingress Service of west lets clients of some addresses in only",
    inject: async () =>
      patch("west", istio, "service/istio-ingressgateway", [
        { op: "add", path: "/spec/loadBalancerSourceRanges", value: ["10.9.0.0/16"] },
      ]),
    causes: [cause("west", "ISM556")],
    says: 'spec.loadBalancerSourceRanges is ["10.9.0.0/16"], written by kubectl-patch',
    undo: async () =>
      on(
        "west",
        istio,
        'patch service istio-ingressgateway --type=merge -p {"spec":{"loadBalancerSourceRanges":null}}',
      ),
  },
  {
    what: "a port of the shop's Service is said to be gRPC in east",
    inject: async () => {
      const index = await indexOfPort("east", "shop", "web", 80);
      await patch("east", "shop", "service/web", [
        { op: "add", path: `/spec/ports/${index}/appProtocol`, value: "grpc" },
      ]);
    },
    causes: [cause("east", "ISM556")],
    undo: async () => {
      const index = await indexOfPort("east", "shop", "web", 80);
      // A merge patch would take the whole list away.
      await patch("east", "shop", "service/web", [
        { op: "add", path: `/spec/ports/${index}/appProtocol`, value: "http" },
      ]);
      await patch("east", "shop", "service/web", [{ op: "remove", path: `/spec/ports/${index}/appProtocol` }]);
    },
  },
  {
    what: "TLS of its own is merged into the DestinationRule of the shop in west",
    inject: async () =>
      on(
        "west",
        "shop",
        'patch destinationrule web --type=merge -p {"spec":{"trafficPolicy":{"tls":{"mode":"SIMPLE"}}}}',
      ),
    causes: [cause("west", "ISM556")],
    folds: ["ISM477"],
    undo: async () => on("west", "shop", 'patch destinationrule web --type=merge -p {"spec":{"trafficPolicy":null}}'),
  },
  {
    what: "the selector of the shop's Gateway asks for one label more in east",
    inject: async () =>
      on(
        "east",
        "shop",
        'patch gateway.networking.istio.io shop-gateway --type=merge -p {"spec":{"selector":{"team":"shop"}}}',
      ),
    causes: [cause("east", "ISM556")],
    folds: ["ISM475"],
    undo: async () =>
      on(
        "east",
        "shop",
        'patch gateway.networking.istio.io shop-gateway --type=merge -p {"spec":{"selector":{"team":null}}}',
      ),
  },
  {
    what: "the ingress gateway of east is put on nodes that are not there, and its pod is gone",
    inject: async () => {
      await on("east", istio, "scale deployment istio-ingressgateway --replicas=0");
      await patch("east", istio, "deployment/istio-ingressgateway", [
        { op: "add", path: "/spec/template/spec/nodeSelector", value: { disk: "none" } },
      ]);
      await on("east", istio, "scale deployment istio-ingressgateway --replicas=1");
    },
    causes: [cause("east", "ISM556")],
    folds: ["ISM424"],
    undo: async () =>
      on(
        "east",
        istio,
        'patch deployment istio-ingressgateway --type=merge -p {"spec":{"template":{"spec":{"nodeSelector":null}}}}',
      ),
  },
  {
    what: "calls to the Service without a route stay on their node in east",
    inject: async () =>
      patch("east", "back", "service/data", [{ op: "replace", path: "/spec/internalTrafficPolicy", value: "Local" }]),
    causes: [cause("east", "ISM556")],
    folds: ["ISM850"],
    undo: async () =>
      patch("east", "back", "service/data", [{ op: "replace", path: "/spec/internalTrafficPolicy", value: "Cluster" }]),
  },
  {
    what: "somebody has given istiod of west a variable more",
    inject: async () => {
      await on("west", istio, "set env deployment/istiod BY_HAND=yes");
      await on("west", istio, "rollout status deployment/istiod --timeout=80s");
    },
    causes: [cause("west", "ISM556")],
    says: 'env[name="BY_HAND"], written by kubectl-set',
    undo: async () => on("west", istio, "set env deployment/istiod BY_HAND-"),
  },
];
