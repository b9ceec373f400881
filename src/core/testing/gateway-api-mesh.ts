import { parseMesh } from "../mesh-file/parse.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";

/** Two clusters and a service whose versions run in both, with routes of the Gateway API; each in flow style beside its name, api and gateway. */
export function gatewayApiMesh(...routes: readonly string[]): Mesh {
  const { mesh, diagnostics } = parseMesh(gatewayApiFile({}, ...routes), "mesh.yaml");
  if (mesh === undefined) {
    throw new Error(JSON.stringify(diagnostics));
  }
  return mesh;
}

/** The text of that mesh file; `service` is beside the service's own fields, and `manifests` is left out where it is empty. */
export function gatewayApiFile(
  {
    service = "",
    manifests = "shop.yaml",
    version = "1.31.0",
  }: { readonly service?: string; readonly manifests?: string; readonly version?: string },
  ...routes: readonly string[]
): string {
  const all = routes.map(
    (fields, index) => `        - { name: shop-${index}, api: gatewayAPI, gateway: front, ${fields} }\n`,
  );
  return `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: m }
spec:
  istio: { version: ${version} }
  clusters:
    - { name: west, context: west, region: us }
    - { name: east, context: east, region: eu }
  services:
    - name: shop
      namespace: sample
      port: 8080
${manifests === "" ? "" : `      manifests: ${manifests}\n`}${service === "" ? "" : `      ${service}\n`}\
      versions: { v1: { clusters: [west, east] }, v2: { clusters: [east], labels: { version: two } } }
      routes:
${all.join("")}`;
}

/** The Service among its manifests. */
export const shopService: KubeObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: {
    name: "shop",
    labels: { team: "blue" },
    annotations: { "networking.istio.io/traffic-distribution": "PreferClose", "example.org/owner": "blue" },
  },
  spec: {
    type: "NodePort",
    publishNotReadyAddresses: false,
    selector: { app: "shop" },
    ports: [
      { name: "metrics", port: 9090 },
      { name: "grpc", appProtocol: "grpc", port: 8080, targetPort: "web", nodePort: 30_080 },
    ],
  },
};
