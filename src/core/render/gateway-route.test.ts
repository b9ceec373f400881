import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { gatewayApiMesh, shopService } from "../testing/gateway-api-mesh.ts";
import type { Mesh } from "../model/mesh.ts";
import { renderHttpRoute } from "./gateway-route.ts";
import { noMaterials } from "./materials.ts";
import type { PlacedObject } from "./place-objects.ts";
import { renderCluster } from "./render-mesh.ts";

const routing = ["VirtualService", "DestinationRule", "Gateway", "HTTPRoute", "Service"];

function rendered(mesh: Mesh, cluster: number): readonly PlacedObject[] {
  const [one] = mesh.clusters.slice(cluster);
  if (one === undefined) {
    throw new Error("no such cluster");
  }
  const materials = { ...noMaterials, serviceManifests: { "sample/shop": [shopService] } };
  return renderCluster(mesh, one, materials).objects.filter(({ object }) => routing.includes(object.kind));
}

const weights = "weights: { v1: 90, v2: 10 }";

describe("routes of the Gateway API", () => {
  it("are these objects, the same in every cluster, and neither VirtualService nor DestinationRule", () => {
    const mesh = gatewayApiMesh(
      `hosts: [shop.example, "*.test"], match: { exact: /hello, methods: [GET, HEAD], headers: { x-team: { exact: blue } } }, timeout: 90s, ${weights}`,
      `hosts: ["*"], headers: { request: { set: { x-a: b }, remove: [x-c] }, response: { add: { x-d: e } } }, ${weights}`,
    );
    const text = rendered(mesh, 0)
      .map(({ wave, object }) => `# ${wave}\n${stringify(JSON.parse(JSON.stringify(object)))}`)
      .join("---\n");
    const golden = new URL("testdata/gateway-api.yaml", import.meta.url);
    if (process.env["UPDATE_GOLDEN"] !== undefined) {
      writeFileSync(golden, text);
    }
    expect(text).toBe(readFileSync(golden, "utf8"));
    expect(rendered(mesh, 1)).toEqual(rendered(mesh, 0));
  });

  it.each([
    ["100ms", "100ms"],
    ["1.5s", "1s500ms"],
    ["90s", "1m30s"],
    ["100000s", "27h46m40s"],
  ])("write a timeout of %s as %s, in the few digits of the Gateway API", (written, wanted) => {
    const [service] = gatewayApiMesh(`hosts: [a.example], timeout: ${written}, ${weights}`).services;
    const [route] = service?.routes ?? [];
    const { spec } = (service === undefined || route === undefined ? {} : renderHttpRoute(service, route)) as {
      readonly spec?: { readonly rules: readonly { readonly timeouts: { readonly request: string } }[] };
    };
    expect(spec?.rules.map(({ timeouts }) => timeouts.request)).toEqual([wanted]);
  });

  it("write what a header begins with as an expression that takes nothing else for its text", () => {
    const [service] = gatewayApiMesh(
      `hosts: [a.example], match: { headers: { x-v: { prefix: "1.0+b" } } }, ${weights}`,
    ).services;
    const [route] = service?.routes ?? [];
    expect(service === undefined || route === undefined ? undefined : renderHttpRoute(service, route)).toMatchObject({
      spec: { rules: [{ matches: [{ headers: [{ name: "x-v", type: "RegularExpression", value: "1\\.0\\+b.*" }] }] }] },
    });
  });
});
