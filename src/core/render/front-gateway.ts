import type { KubeObject } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";

/** One Gateway per name and namespace, opening port 80 of the ingress gateway for the hosts of all routes that name it. */
export function renderFrontGateways(mesh: Mesh): KubeObject[] {
  const hostsOf = new Map<string, { namespace: string; name: string; hosts: Set<string> }>();
  for (const service of mesh.services) {
    for (const route of service.routes) {
      const key = `${service.namespace}/${route.gateway}`;
      const entry = hostsOf.get(key) ?? { namespace: service.namespace, name: route.gateway, hosts: new Set<string>() };
      for (const host of route.hosts) {
        entry.hosts.add(host);
      }
      hostsOf.set(key, entry);
    }
  }
  return [...hostsOf.values()].map(({ namespace, name, hosts }) => ({
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: { name, namespace },
    spec: {
      selector: { istio: "ingressgateway" },
      servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: [...hosts] }],
    },
  }));
}
