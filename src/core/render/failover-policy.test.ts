import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { parseMesh } from "../mesh-file/parse.ts";
import type { Mesh, Service } from "../model/mesh.ts";
import { clusterNamed } from "../model/mesh.ts";
import { renderDestinationRule } from "./destination-rule.ts";
import { renderRouteSettings } from "./route-settings.ts";
import { renderVirtualService } from "./virtual-service.ts";

function meshWith(failover: string, more = ""): { readonly mesh: Mesh; readonly service: Service } {
  const { mesh, diagnostics } = parseMesh(
    `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: m }
spec:
  clusters: [{ name: west, context: w, region: eu-west }, { name: east, context: e, region: eu-east }]
  services:
    - name: shop
      namespace: shop
      port: 8080
      versions: { v1: { clusters: [west, east] }, v2: { clusters: [west, east] } }
      routes: [{ name: shop, gateway: front, hosts: [shop.example], weights: { v1: 90, v2: 10 } }${more}]
      failover: ${failover}
`,
    "mesh.yaml",
  );
  expect(diagnostics).toEqual([]);
  const service = mesh?.services[0];
  if (mesh === undefined || service === undefined) {
    throw new Error("not a mesh");
  }
  return { mesh, service };
}

function destinationRule(failover: string): string {
  const { mesh, service } = meshWith(failover);
  return stringify(renderDestinationRule(mesh, service, clusterNamed(mesh, "west"))["spec"]);
}

function routes({ mesh, service }: ReturnType<typeof meshWith>): string {
  return stringify(service.routes.map((route) => renderVirtualService(mesh, service, route)["spec"]));
}

describe("the destination rule of a service with failover", () => {
  it("prefers the caller's own network, ejects all that fail, and keeps the versions", () => {
    expect(destinationRule("{}")).toMatchInlineSnapshot(`
      "host: shop.shop.svc.cluster.local
      trafficPolicy:
        connectionPool:
          tcp:
            connectTimeout: 1s
        loadBalancer:
          localityLbSetting:
            enabled: true
            failoverPriority:
              - topology.istio.io/network
              - topology.kubernetes.io/region
              - topology.kubernetes.io/zone
        outlierDetection:
          consecutiveGatewayErrors: 2
          consecutive5xxErrors: 5
          maxEjectionPercent: 100
          minHealthPercent: 1
          interval: 1s
          baseEjectionTime: 180s
      subsets:
        - name: v1
          labels:
            version: v1
        - name: v2
          labels:
            version: v2
      "
    `);
  });

  it("says which region takes over for which", () => {
    expect(destinationRule("{ regions: [{ from: eu-west, to: eu-east }, { from: eu-east, to: eu-west }] }"))
      .toContain(`    localityLbSetting:
      enabled: true
      failover:
        - from: eu-west
          to: eu-east
        - from: eu-east
          to: eu-west
`);
  });

  it("takes the file's labels in their order", () => {
    expect(destinationRule("{ priority: [topology.istio.io/cluster, tier=front] }")).toContain(`    localityLbSetting:
      enabled: true
      failoverPriority:
        - topology.istio.io/cluster
        - tier=front
`);
  });

  it("has the file's thresholds, and durations as Istio reads them", () => {
    const text = destinationRule(
      "{ connectTimeout: 250ms, outlierDetection: { consecutiveGatewayErrors: 1, baseEjectionTime: 1d, interval: 1.5s, splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 1 } }",
    );
    expect(text).toContain("connectTimeout: 250ms");
    expect(text).toContain("baseEjectionTime: 86400s");
    expect(text).toContain("interval: 1500ms");
    expect(text).toContain("consecutiveGatewayErrors: 1");
    expect(text).toContain("splitExternalLocalOriginErrors: true");
    expect(text).toContain("consecutiveLocalOriginFailures: 1");
  });

  it("has subsets and nothing else without failover", () => {
    const { mesh, service } = meshWith("{}");
    const { failover: _, ...without } = service;
    expect(Object.keys(renderDestinationRule(mesh, without, clusterNamed(mesh, "west"))["spec"] as object)).toEqual([
      "host",
      "subsets",
    ]);
    expect(service.routes.map((route) => renderRouteSettings(without, route))).toEqual([{}]);
  });

  it("is there for a service without versions, too", () => {
    const { mesh, service } = meshWith("{}");
    expect(
      Object.keys(
        renderDestinationRule(mesh, { ...service, versions: [] }, clusterNamed(mesh, "west"))["spec"] as object,
      ),
    ).toEqual(["host", "trafficPolicy"]);
  });
});

describe("the routes of a service with failover", () => {
  it("try again in other regions, within a time for each try", () => {
    expect(routes(meshWith("{}"))).toMatchInlineSnapshot(`
      "- gateways:
          - front
        hosts:
          - shop.example
        http:
          - match:
              - uri:
                  prefix: /
            retries:
              attempts: 3
              perTryTimeout: 10s
              retryOn: connect-failure,refused-stream,unavailable,cancelled,503
              retryRemoteLocalities: true
            route:
              - destination:
                  host: shop.shop.svc.cluster.local
                  port:
                    number: 8080
                  subset: v1
                weight: 90
              - destination:
                  host: shop.shop.svc.cluster.local
                  port:
                    number: 8080
                  subset: v2
                weight: 10
      "
    `);
  });

  it("do so too where the host has several routes and the weights are delegated to", () => {
    const text = routes(
      meshWith(
        "{}",
        ", { name: api, gateway: front, hosts: [shop.example], match: { prefix: /api }, weights: { v1: 100 } }",
      ),
    );
    expect(text).not.toContain("hosts:");
    expect(text.match(/retryRemoteLocalities: true/g)).toHaveLength(2);
  });

  it("try nothing again with attempts: 0", () => {
    const { service } = meshWith("{ retries: { attempts: 0 } }");
    expect(service.routes.map((route) => renderRouteSettings(service, route))).toEqual([{ retries: { attempts: 0 } }]);
  });

  it("still reach the next place where a route alone tries again", () => {
    const { service } = meshWith(
      "{ retries: { attempts: 0, perTryTimeout: 2s } }",
      ", { name: api, gateway: front, hosts: [shop.example], match: { prefix: /api }, weights: { v1: 100 }, retries: { attempts: 3 } }",
    );
    expect(service.routes.map((route) => renderRouteSettings(service, route)["retries"])).toEqual([
      { attempts: 0 },
      {
        attempts: 3,
        perTryTimeout: "2s",
        retryOn: "connect-failure,refused-stream,unavailable,cancelled,503",
        retryRemoteLocalities: true,
      },
    ]);
  });
});
