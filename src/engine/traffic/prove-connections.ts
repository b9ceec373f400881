import { findWrongAnswers } from "../../core/decide/answer-findings.ts";
import { otherProtocol, spokenProtocol } from "../../core/decide/port-protocol.ts";
import type { ProofWay, RouteProof } from "../../core/decide/proof.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { Route } from "../../core/model/mesh.ts";
import { securePort } from "../../core/render/front-gateway.ts";
import { serviceHost } from "../../core/render/names.ts";
import type { PodPort } from "../../kube/client.ts";
import type { IngressPod } from "../facts/ingress-endpoints.ts";
import { judgeMeasured } from "./judge-split.ts";
import type { ConnectInput } from "./measure-connections.ts";
import { measureConnections } from "./measure-connections.ts";
import { openTls, openTunnel } from "./open-connection.ts";
import { placeOf, portOf, proofOf, whatWasMeasured } from "./proof-parts.ts";
import type { ProofInput, VerifyOptions } from "./verification.ts";

/** Where connections are opened, and whose proxies count them. */
export interface ConnectionWay {
  /** The ingress, or a port of a caller's pod that leads to the service. */
  readonly to: { readonly address: string } | { readonly port: PodPort };
  readonly listPods: () => Promise<readonly IngressPod[]>;
  readonly endpoints: RouteProof["endpoints"];
  /** What is known to be wrong already. */
  readonly found: readonly Diagnostic[];
}

/** Proves a route of connections: as many are opened as requests are sent elsewhere, and each is counted with the version that it went to. */
export async function proveConnections(
  input: ProofInput,
  route: Route,
  { to, listPods, endpoints, found }: ConnectionWay,
  options: VerifyOptions,
): Promise<RouteProof> {
  const { one, service } = input;
  const via: ProofWay = "address" in to ? "ingress" : "mesh";
  const port = await portOf(input, options.signal);
  if (port !== undefined && readsRequests(port, via)) {
    return proofOf(input, via, { endpoints, diagnostics: [...found, portIsOther(input, route, via)] });
  }
  const asking: ConnectInput = {
    client: one.client,
    listPods,
    service,
    connections: options.requests,
    ...("address" in to ? tlsTo(to.address, route) : tunnelTo(to.port, input)),
  };
  const split = await judgeMeasured(async () => measureConnections(asking, options), { service }, route.weights);
  return proofOf(input, via, {
    endpoints,
    ...whatWasMeasured(split),
    diagnostics: [...found, ...findWrongAnswers(placeOf(input, via), endpoints, split.measured, split.weights)],
  });
}

/** Every name of the route in its turn; for a wildcard a name that nobody has. */
function tlsTo(address: string, { hosts }: Route): Pick<ConnectInput, "url" | "open"> {
  const names = hosts.map((host) => host.replace(/^\*/, "isthmus-verify"));
  return {
    url: `tls://${hosts.join(",")}:${securePort}`,
    open: async (number, signal) =>
      openTls({ address, port: securePort, servername: names[number % names.length] ?? "" }, signal),
  };
}

function tunnelTo(port: PodPort, { one, service }: ProofInput): Pick<ConnectInput, "url" | "open"> {
  return {
    url: `tcp://${serviceHost(service)}:${service.port}`,
    open: async (_, signal) => openTunnel(one.client, port, signal),
  };
}

/**
 * Whether proxies on the way read what they would have to lead on: requests, and
 * for callers inside the name in a handshake too. Sidecars look into the first
 * bytes of a connection to a port that says nothing, and at one of TLS they
 * pass routes of TCP over (pilot/pkg/networking/core/tls.go of istio.io/istio).
 */
function readsRequests(port: Parameters<typeof otherProtocol>[0], via: ProofWay): boolean {
  const other = otherProtocol(port);
  return via === "mesh"
    ? other === undefined || other === "tls" || other === "https"
    : other === undefined && spokenProtocol(port) !== undefined;
}

function portIsOther({ one, service }: ProofInput, route: Route, via: ProofWay): Diagnostic {
  const cluster = one.cluster.name;
  const { namespace, name } = service;
  const port = `Port ${service.port} of Service ${namespace}/${name} in ${cluster}`;
  return {
    ...errorOf("ISM861"),
    detail:
      via === "ingress"
        ? `${port} is HTTP by its name or appProtocol: the sidecars of its pods read requests there, and not the TLS that comes by route ${route.name}.`
        : `${port} is not TCP by its name or appProtocol: sidecars of callers look for a request or a handshake in the first bytes of a connection, and route ${route.name} gets none.`,
    fix: "Name the port tcp-… in every cluster, or give it appProtocol: tcp.",
    cluster,
    object: { group: "", kind: "Service", namespace, name },
  };
}
