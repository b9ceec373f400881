import { expect, it } from "vitest";
import { stringify } from "yaml";
import { parseMesh } from "../mesh-file/parse.ts";
import { meshWithRoutes } from "../testing/mesh-with-routes.ts";
import { renderHostRoutes } from "./host-routes.ts";
import { renderVirtualService } from "./virtual-service.ts";

function render(...routes: readonly string[]): string {
  const { mesh, diagnostics } = parseMesh(meshWithRoutes(...routes), "mesh.yaml");
  const [service] = mesh?.services ?? [];
  if (mesh === undefined || service === undefined) {
    throw new Error(JSON.stringify(diagnostics));
  }
  const objects = [...renderHostRoutes(mesh), ...service.routes.map((one) => renderVirtualService(mesh, service, one))];
  return objects.map((one) => stringify(one["spec"])).join("---\n");
}

it("puts Istio's settings beside the destinations, with a mirror's Service by its full name and port", () => {
  const settings = "timeout: 3s, retries: { attempts: 2, retryOn: 5xx }, mirror: { host: s, subset: v2 }";
  expect(render(`{ name: r, gateway: g, hosts: [a.example], weights: { v1: 100 }, ${settings} }`)).toBe(
    `gateways:
  - g
hosts:
  - a.example
http:
  - match:
      - uri:
          prefix: /
    timeout: 3s
    retries:
      attempts: 2
      retryOn: 5xx
    mirror:
      port:
        number: 80
      host: s.n.svc.cluster.local
      subset: v2
    route:
      - destination:
          host: s.n.svc.cluster.local
          port:
            number: 80
          subset: v1
        weight: 100
      - destination:
          host: s.n.svc.cluster.local
          port:
            number: 80
          subset: v2
        weight: 0
`,
  );
});

it("keeps what failover says of retries where the route says nothing about it", () => {
  const withFailover = (route: string): string => {
    const text = `${meshWithRoutes(`{ name: r, gateway: g, hosts: [a.example], ${route} }`)}      failover: {}\n`;
    const { mesh } = parseMesh(text, "mesh.yaml");
    const [service] = mesh?.services ?? [];
    const [one] = service?.routes ?? [];
    return mesh === undefined || service === undefined || one === undefined
      ? "not valid"
      : (stringify(renderVirtualService(mesh, service, one)["spec"]).split(/retries:\n| {4}route:/)[1] ?? "no retries");
  };
  expect(withFailover("weights: { v1: 100 }, retries: { attempts: 7, perTryTimeout: 2s }")).toBe(
    "      attempts: 7\n      perTryTimeout: 2s\n      retryOn: connect-failure,refused-stream,unavailable,cancelled,503\n      retryRemoteLocalities: true\n",
  );
  expect(withFailover("weights: { v1: 100 }, retries: { attempts: 0 }")).toBe("      attempts: 0\n");
  expect(withFailover("redirect: { uri: /b }")).toBe("no retries");
});

it("redirects without a destination, and leaves that to the route's own object where its host has several routes", () => {
  const text = render(
    "{ name: old, gateway: g, hosts: [a.example], match: { prefix: /old }, redirect: { uri: /new } }",
    "{ name: all, gateway: g, hosts: [a.example], weights: { v1: 100 }, headers: { request: { set: { x-a: b } } } }",
  );
  const [host = "", old = "", all = ""] = text.split("---\n");
  expect(host).not.toMatch(/redirect|headers/);
  expect(old).toBe("http:\n  - redirect:\n      uri: /new\n");
  expect(all).toContain("headers:\n      request:\n        set:\n          x-a: b\n");
});
