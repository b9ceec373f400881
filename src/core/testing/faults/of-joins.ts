import { eastWestGateway, ingressGateway } from "../../render/names.ts";
import {
  all,
  gateway,
  gatewayDown,
  gatewayNotKnown,
  inCluster,
  istiodPods,
  notSynced,
  oneOfTwo,
  trial,
  serviceOf,
} from "./changes.ts";
import { changeEndpoints } from "../changed-proxies.ts";
import type { MeshFault } from "./fault.ts";

/** What goes wrong with networks, gateways, credentials and joins. */
export const faultsOfJoins: readonly MeshFault[] = [
  {
    name: "east-istiod-has-another-name",
    happens: all(
      inCluster("east", (one) => ({ istiod: { ...one.istiod, clusterId: "oest" } })),
      // What it knows of its own cluster is filed under the other name.
      istiodPods("east", (pod) => ({
        shards: pod.shards.map((one) => (one.cluster === "east" ? { ...one, cluster: "oest" } : one)),
      })),
      notSynced("east", "west", "timeout"),
    ),
    causes: ["error ISM421 east"],
  },
  {
    name: "east-is-in-another-mesh",
    happens: inCluster("east", () => ({ meshId: "other" })),
    causes: ["error ISM422 east"],
  },
  {
    name: "east-namespace-lost-its-network",
    happens: all(
      inCluster("east", (one) => ({
        namespaces: one.namespaces.map((space) => {
          const { network: _, ...rest } = space;
          return rest;
        }),
      })),
      gatewayNotKnown("east"),
    ),
    causes: ["error ISM418 east"],
  },
  {
    name: "east-gateway-lost-its-network",
    happens: all(
      gateway("east", eastWestGateway, (one) => ({
        service: { ...serviceOf(one), network: "" },
      })),
      gatewayNotKnown("east"),
    ),
    causes: ["error ISM419 east"],
  },
  {
    name: "west-gets-no-connection-to-east",
    happens: inCluster("west", (one) => ({
      gateways: changeEndpoints(one.gateways, (endpoints) =>
        endpoints.map((endpoint) =>
          endpoint.address.endsWith(":15443") ? { ...endpoint, neverConnected: 6 } : endpoint,
        ),
      ),
    })),
    causes: ["error ISM622 west→east"],
  },
  {
    name: "west-loses-its-connections-to-east",
    happens: inCluster("west", (one) => ({
      gateways: changeEndpoints(one.gateways, (endpoints) =>
        endpoints.map((endpoint) => (endpoint.address.endsWith(":15443") ? { ...endpoint, failing: 4 } : endpoint)),
      ),
    })),
    causes: ["error ISM622 west→east"],
  },
  {
    name: "east-ingress-is-not-ready",
    happens: gatewayDown("east", ingressGateway, oneOfTwo),
    causes: ["error ISM424 east"],
  },
  {
    name: "east-gateway-is-scaled-to-0",
    happens: gateway("east", eastWestGateway, () => ({ desired: 0, ready: 0, pods: [] })),
    causes: ["error ISM424 east"],
  },
  {
    name: "east-gateway-waits-for-an-address",
    happens: all(
      gateway("east", eastWestGateway, (one) => ({
        service: { ...serviceOf(one), network: "east-net", addresses: [] },
      })),
      gatewayNotKnown("east"),
    ),
    causes: ["error ISM425 east"],
  },
  {
    name: "east-ingress-has-no-service",
    happens: gateway("east", ingressGateway, ({ service: _, ...rest }) => ({ ...rest, service: undefined as never })),
    causes: ["error ISM425 east"],
  },
  {
    name: "east-cross-network-gateway-is-gone",
    happens: all(
      inCluster("east", (one) => ({
        routing: {
          ...one.routing,
          gateways: one.routing.gateways.filter(({ name }) => name !== "cross-network-gateway"),
        },
      })),
      gateway("east", eastWestGateway, (one) => ({
        pods: one.pods.map((pod) => ({ ...pod, listeners: [15021] })),
      })),
    ),
    causes: ["error ISM426 east"],
  },
  {
    name: "east-gateway-has-no-listener",
    happens: gateway("east", eastWestGateway, (one) => ({
      pods: one.pods.map((pod) => ({ ...pod, listeners: [15021] })),
    })),
    causes: ["error ISM427 east"],
  },
  {
    name: "west-has-no-remote-secret",
    happens: all(
      inCluster("west", () => ({ remoteSecrets: [] })),
      notSynced("west", "east", undefined),
    ),
    causes: ["error ISM430 west→east"],
  },
  {
    name: "west-remote-secret-has-another-name",
    happens: all(
      inCluster("west", (one) => ({
        remoteSecrets: one.remoteSecrets.map((secret) => ({ ...secret, keys: ["oest"], credentials: [] })),
      })),
      notSynced("west", "east", undefined),
    ),
    causes: ["error ISM431 west"],
  },
  {
    name: "west-token-is-refused",
    happens: all(trial("west", "unauthorized"), notSynced("west", "east", "timeout")),
    causes: ["error ISM432 west→east"],
  },
  {
    name: "west-authority-does-not-fit",
    happens: all(
      trial("west", "untrusted", "it presents a certificate of another authority."),
      notSynced("west", "east", "timeout"),
    ),
    causes: ["error ISM433 west→east"],
  },
  {
    name: "west-may-not-read-east",
    happens: all(
      trial("west", "forbidden", 'services is forbidden: User "istio-reader" cannot list resource "services".'),
      notSynced("west", "east", "timeout"),
    ),
    causes: ["error ISM434 west→east"],
  },
  {
    name: "west-token-has-ended",
    happens: all(
      trial("west", "unauthorized"),
      inCluster("west", (one) => ({
        remoteSecrets: one.remoteSecrets.map((secret) => ({
          ...secret,
          credentials: secret.credentials.map((other) => ({ ...other, expires: "2026-11-22T06:00:00.000Z" })),
        })),
      })),
      notSynced("west", "east", "timeout"),
    ),
    causes: ["error ISM435 west→east"],
  },
  {
    name: "west-is-not-synced",
    happens: notSynced("west", "east", "timeout"),
    causes: ["error ISM436 west→east"],
  },
  {
    name: "west-istiod-does-not-say",
    happens: istiodPods("west", () => ({ problem: "no answer within 10 s", remotes: [] })),
    causes: ["error ISM437 west"],
  },
  {
    name: "west-does-not-know-the-gateway",
    happens: gatewayNotKnown("east"),
    causes: ["error ISM438 west→east"],
  },
  {
    name: "west-keeps-old-endpoints",
    happens: istiodPods("west", (pod) => ({
      shards: pod.shards.map((one) => (one.cluster === "east" ? { ...one, endpoints: ["10.42.0.99:5000"] } : one)),
    })),
    causes: ["error ISM439 west→east"],
  },
];
