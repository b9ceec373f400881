import { createHash } from "node:crypto";
import type { KubeObject } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { frontGatewayOf, frontRoutesOf } from "../routing/hosts.ts";
import { usesGatewayApi } from "../routing/version-service.ts";
import { gatewayApiVersion, ingressGateway, istioNamespace, serviceHost } from "./names.ts";
import { compareText } from "./order.ts";

/** Kubernetes' longest name. */
const longestName = 253;

/**
 * The Gateways of the Gateway API, one for each name, with a listener for each
 * host and the namespaces whose routes may be there. By its address the ingress
 * gateway serves it and istiod makes no Deployment; istiod looks for that
 * Service in the Gateway's own namespace (measured in docs/adr/0044).
 */
export function renderApiGateways({ services }: Pick<Mesh, "services">): KubeObject[] {
  const gateways = new Map<string, Map<string, Set<string>>>();
  for (const service of services.filter(usesGatewayApi)) {
    for (const route of frontRoutesOf(service)) {
      const name = frontGatewayOf(route) ?? "";
      const hosts = gateways.get(name) ?? new Map<string, Set<string>>();
      gateways.set(name, hosts);
      for (const host of route.hosts) {
        hosts.set(host, (hosts.get(host) ?? new Set()).add(service.namespace));
      }
    }
  }
  return [...gateways].map(([name, hosts]) => renderApiGateway(name, hosts));
}

function renderApiGateway(name: string, hosts: ReadonlyMap<string, ReadonlySet<string>>): KubeObject {
  return {
    apiVersion: gatewayApiVersion,
    kind: "Gateway",
    metadata: { name, namespace: istioNamespace },
    spec: {
      gatewayClassName: "istio",
      addresses: [{ type: "Hostname", value: serviceHost({ name: ingressGateway, namespace: istioNamespace }) }],
      listeners: [...hosts].map(([host, namespaces]) => ({
        name: listenerName(host),
        ...(host === "*" ? {} : { hostname: host }),
        port: 80,
        protocol: "HTTP",
        allowedRoutes: {
          namespaces: {
            from: "Selector",
            selector: {
              matchExpressions: [
                {
                  // Every namespace has it (https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name).
                  key: "kubernetes.io/metadata.name",
                  operator: "In",
                  values: [...namespaces].toSorted(compareText),
                },
              ],
            },
          },
        },
      })),
    },
  };
}

/** The name of the listener of a host: `http.www.example.org`, `http-any.example.org` for `*.example.org`, `http-any` for `*`. */
export function listenerName(host: string): string {
  const name = host.startsWith("*") ? `http-any${host.slice(1)}` : `http.${host}`;
  return name.length <= longestName ? name : `http-${createHash("sha256").update(host).digest("hex").slice(0, 32)}`;
}
