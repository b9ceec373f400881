import { otherProtocol, spokenProtocol } from "../decide/port-protocol.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { Service } from "../model/mesh.ts";
import type { Finding } from "./finding.ts";

/** What of a Service's port says its protocol, as it is written. */
interface Port {
  readonly port?: unknown;
  readonly name?: unknown;
  readonly appProtocol?: unknown;
}

/**
 * Routes for callers inside the mesh whose protocol is not the port's. A
 * sidecar has one kind of listener for a Service's port, by the port's name or
 * `appProtocol`: where that is TCP it never reads the routes of requests, and
 * where it is HTTP never those of connections
 * (https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/).
 * A gateway has listeners of its own, so that its routes hold either way.
 */
export function checkRouteProtocol(service: Service, object: KubeObject, port: Port | undefined): readonly Finding[] {
  const said = {
    ...(typeof port?.name === "string" ? { name: port.name } : {}),
    ...(typeof port?.appProtocol === "string" ? { appProtocol: port.appProtocol } : {}),
    ...(typeof port?.port === "number" ? { port: port.port } : {}),
  };
  const [other, spoken] = [otherProtocol(said), spokenProtocol(said)];
  const words = said.appProtocol === undefined ? `its name is ${said.name}` : `its appProtocol is ${said.appProtocol}`;
  const byNumber = other !== undefined && otherProtocol({ ...said, port: 0 }) === undefined;
  const place = byNumber ? "which it takes this number for where neither name nor appProtocol says another" : words;
  const inside = service.routes.filter((route) => port !== undefined && route.gateways.includes("mesh"));
  return inside.flatMap((route): readonly Finding[] => {
    const routes = `route ${route.name} for callers inside the mesh`;
    const where = `Port ${String(port?.port)} of Service ${service.name}`;
    if (route.protocol === undefined && other !== undefined) {
      return [
        {
          code: "ISM589",
          severity: "error",
          object,
          detail: `${where} is ${other} to Istio (${place}), and ${routes} is for HTTP requests. Sidecars never read it there: weights and matches would have no effect, and every connection would go to any version.`,
          fix: "Write appProtocol: http at the port of the Service (http2 or grpc where that is spoken), or protocol: tcp at the route if connections are meant.",
        },
      ];
    }
    return route.protocol === "tcp" && spoken !== undefined && other === undefined
      ? [
          {
            code: "ISM589",
            severity: "error",
            object,
            detail: `${where} is ${spoken} to Istio (${place}), and ${routes} is for connections (protocol: tcp). Sidecars never read it there: its weights would have no effect, and every request would go to any version.`,
            fix: "Write appProtocol: tcp at the port of the Service, or leave protocol out of the route if HTTP requests are meant.",
          },
        ]
      : [];
  });
}
