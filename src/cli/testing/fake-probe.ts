import { portsPerProbe } from "../../core/render/probe-container.ts";
import { probeAdminPort, probeCluster, probePort } from "../../core/render/probe-pod.ts";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import { clustersPage } from "./fake-service.ts";

/** The image of the sidecars that the fake injects. */
export const sidecarImage = "registry.example.org/istio/proxyv2:1.27.3";

/** Admission of a cluster that gives every pod a sidecar, and in which pods are ready and ephemeral containers run at once. */
export function injectSidecar(object: WireObject): WireObject {
  if (object.kind !== "Pod") {
    return object;
  }
  const spec = object["spec"] as {
    readonly containers?: readonly object[];
    readonly ephemeralContainers?: readonly { readonly name: string }[];
  };
  if (spec.ephemeralContainers !== undefined) {
    const running = spec.ephemeralContainers.map(({ name }) => ({ name, state: { running: {} } }));
    return { ...object, status: { ephemeralContainerStatuses: running } };
  }
  const sidecar = { name: "istio-proxy", image: sidecarImage };
  return {
    ...object,
    spec: { ...spec, containers: [...(spec.containers ?? []), sidecar] },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  };
}

/** What takes a request from inside: a version's pods (the empty name: the service as a whole), or the sidecar itself with a status, a text and where it leads. */
export type Taker = string | { readonly status: number; readonly text: string; readonly location?: string };

/**
 * What the ports of a probe pod answer: its Envoy's admin page, its sidecar's
 * pages with the endpoints, and the port of the first service, where `take`
 * says who answers the request of that number, from 0.
 */
export function probeAnswers(
  endpoints: () => Readonly<Record<string, readonly string[]>>,
  take: (number: number) => Taker,
): (path: string, port: number) => string {
  const answers: Record<string, number> = {};
  let asked = 0;
  // A pod is ready before the program in it listens.
  let starting = 2;
  return (path, port) => {
    const adminPort = adminPortOf(port);
    if (port === adminPort && path === "/ready") {
      starting -= 1;
      return starting > 0 ? "error:connection refused" : page("LIVE");
    }
    if (port === adminPort) {
      return page(
        JSON.stringify({
          cluster_statuses: [
            {
              name: probeCluster(0),
              host_statuses: [{ address: { socket_address: { address: "10.43.0.9", port_value: 5000 } } }],
            },
          ],
        }),
      );
    }
    if (port !== probePort(0, adminPort)) {
      return path.startsWith("/clusters") ? clustersPage(endpoints(), answers) : page("");
    }
    const taker = take(asked);
    asked += 1;
    if (typeof taker !== "string") {
      return page(taker.text, taker.status, taker.location === undefined ? "" : `location: ${taker.location}\r\n`);
    }
    answers[taker] = (answers[taker] ?? 0) + 1;
    return page("hello", 200, "x-envoy-upstream-service-time: 1\r\n");
  };
}

/** Where the admin page of a probe is that has this port, in a pod of its own or in one of somebody's; those of sidecars are at 15000 and above. */
function adminPortOf(port: number): number {
  return port < 20_000 ? probeAdminPort : port - (port % portsPerProbe);
}

function page(body: string, status = 200, headers = ""): string {
  return `HTTP/1.1 ${status} X\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
