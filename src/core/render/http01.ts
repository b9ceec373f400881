import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { networkingOf } from "../releases/istio-releases.ts";
import { challengedHosts } from "../routing/challenged-hosts.ts";
import { doorsOf } from "../routing/doors.ts";
import { passedOver } from "./external-dns-annotations.ts";
import type { Rendered } from "./known-after-apply.ts";
import type { Materials } from "./materials.ts";
import { challengeName, istioNamespace, serviceHost } from "./names.ts";

/** Where an ACME server asks (RFC 8555, 8.3). */
const challengePath = "/.well-known/acme-challenge/";

/** Where cert-manager's solver listens (https://github.com/cert-manager/cert-manager/blob/v1.21.2/pkg/issuer/acme/http/http.go). */
export const solverPort = 8089;

/** The ingress gateways of all clusters under one name, inside of the mesh. */
const ingresses = `${challengeName}.isthmus.internal`;

/** Stands for addresses that are known after an apply: Istio's own validation, which judges the plan, takes no text there. */
const unknownAddress = "known-after-apply.invalid";

/** On a challenge that another cluster's gateway has sent on: it is answered here or not at all. */
const sentOn = "x-isthmus-http01";

/**
 * What makes http01 challenges work behind Istio's ingress gateways. cert-manager
 * answers each by a pod of its own and an Ingress, which Istio's gateways do not
 * read, in the cluster that asked for the certificate, and the ACME server asks
 * whichever cluster the name leads to. A Service finds the pods by their label;
 * with several clusters the gateway that is asked tries the gateways of all of
 * them until one has the answer (docs/adr/0035).
 */
export function renderChallengeRoutes(
  mesh: Mesh,
  here: Mesh,
  { ingressAddresses }: Pick<Materials, "ingressAddresses">,
): readonly Rendered[] {
  const hosts = challengedHosts(here);
  if (hosts.length === 0) {
    return [];
  }
  const plain = new Set(doorsOf(here).flatMap(({ listener, host }) => (listener === "http" ? [host] : [])));
  const alone = hosts.filter((host) => !plain.has(host));
  return [
    { object: renderSolverService() },
    ...(mesh.clusters.length > 1 ? [renderIngresses(mesh, ingressAddresses)] : []),
    ...(alone.length === 0 ? [] : [{ object: renderGateway(mesh, alone) }, { object: renderOwnHosts(mesh, alone) }]),
  ];
}

/** The rules of challenges, which come before all others of their host. */
export function renderChallengeRules(mesh: Mesh): readonly Json[] {
  const match = { uri: { prefix: challengePath } };
  const local = {
    name: challengeName,
    route: [{ destination: { host: solverHost, port: { number: solverPort } } }],
    // A pod answers its own challenge only, and a few may be there. Without any there is nothing to try again.
    retries: { attempts: 3, perTryTimeout: "200ms", retryOn: "404,connect-failure,reset" },
  };
  return mesh.clusters.length === 1
    ? [{ ...local, match: [match] }]
    : [
        { ...local, match: [{ ...match, headers: { [sentOn]: { exact: "true" } } }] },
        {
          name: `${challengeName}-everywhere`,
          match: [match],
          headers: { request: { set: { [sentOn]: "true" } } },
          route: [{ destination: { host: ingresses, port: { number: 80 } } }],
          // Each try takes a gateway that was not asked yet; an ACME server waits ten seconds in all. Anybody may ask: no more tries than gateways.
          retries: { attempts: mesh.clusters.length, perTryTimeout: "1s", retryOn: "404,5xx,connect-failure,reset" },
        },
      ];
}

const solverHost = serviceHost({ namespace: istioNamespace, name: challengeName });

function renderSolverService(): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: challengeName, namespace: istioNamespace },
    spec: {
      selector: { "acme.cert-manager.io/http01-solver": "true" },
      ports: [{ name: "http", port: solverPort, targetPort: solverPort }],
    },
  };
}

function renderIngresses(mesh: Mesh, known: Materials["ingressAddresses"]): Rendered {
  const names = mesh.clusters.map(({ name }) => name);
  const fillIn = (addresses: Materials["ingressAddresses"]): KubeObject =>
    serviceEntryOf(mesh, [...new Set(names.flatMap((name) => addresses[name] ?? []))].toSorted());
  return names.every((name) => (known[name] ?? []).length > 0)
    ? { object: fillIn(known) }
    : {
        object: serviceEntryOf(mesh, [unknownAddress]),
        knownAfterApply: { needs: "ingress-addresses", known, fillIn },
      };
}

function serviceEntryOf(mesh: Mesh, addresses: readonly string[]): KubeObject {
  const named = addresses.some((address) => /[a-z]\.?$/i.test(address) && !address.includes(":"));
  return {
    apiVersion: networkingOf(mesh.istio),
    kind: "ServiceEntry",
    metadata: { name: challengeName, namespace: istioNamespace },
    spec: {
      hosts: [ingresses],
      location: "MESH_EXTERNAL",
      resolution: named ? "DNS" : "STATIC",
      ports: [{ number: 80, name: "http", protocol: "HTTP" }],
      endpoints: addresses.map((address) => ({ address })),
      exportTo: ["."],
    },
  };
}

/** Of its hosts external-dns, which reads every Gateway, would write this cluster's address, beside what their own Gateways say. */
function renderGateway(mesh: Mesh, hosts: readonly string[]): KubeObject {
  return {
    apiVersion: networkingOf(mesh.istio),
    kind: "Gateway",
    metadata: { name: challengeName, namespace: istioNamespace, annotations: { ...passedOver } },
    spec: {
      selector: { istio: "ingressgateway" },
      servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: [...hosts] }],
    },
  };
}

function renderOwnHosts(mesh: Mesh, hosts: readonly string[]): KubeObject {
  return {
    apiVersion: networkingOf(mesh.istio),
    kind: "VirtualService",
    metadata: { name: challengeName, namespace: istioNamespace, annotations: { ...passedOver } },
    spec: { gateways: [challengeName], hosts: [...hosts], http: [...renderChallengeRules(mesh)] },
  };
}
