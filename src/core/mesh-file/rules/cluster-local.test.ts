import { describe, expect, it } from "vitest";
import { meshWithRoutes } from "../../testing/mesh-with-routes.ts";
import { parseMesh } from "../parse.ts";

/** A mesh whose service runs v1 in west and v2 in east, and stays in its cluster. */
function found(route: string, change: (text: string) => string = (text) => text): readonly string[] {
  const text = meshWithRoutes(route).replace("      port: 80\n", "      port: 80\n      export: false\n");
  return parseMesh(change(text), "mesh.yaml").diagnostics.map(({ code, detail }) => `${code} ${detail}`);
}

const everywhere = (text: string): string => text.replace("v1: { clusters: [west] }", "v1: { clusters: [west, east] }");
const route = (rest: string): string => `{ name: r, gateway: g, hosts: [a.example], ${rest} }`;

describe("a service that stays in its cluster", () => {
  it("needs every version of a route in every cluster that has the route", () => {
    expect(found(route("weights: { v1: 90, v2: 10 }"))).toEqual([
      "ISM620 s stays in its cluster (export: false), and v1 does not run in east: there 90 % of the requests would get 503.",
      "ISM620 s stays in its cluster (export: false), and v2 does not run in west: there 10 % of the requests would get 503.",
    ]);
    expect(found(route("weights: { v1: 100, v2: 0 }"), everywhere)).toEqual([]);
    expect(found(route("redirect: { authority: b.example }"))).toEqual([]);
  });

  it("needs them where a regional route is", () => {
    const regions = (text: string): string =>
      text.replace("context: w }", "context: w, region: r1 }").replace("context: e }", "context: e, region: r2 }");
    expect(found(route("match: { fromRegions: [r1] }, weights: { v1: 100, v2: 0 }"), regions)).toEqual([]);
    expect(found(route("match: { fromRegions: [r2] }, weights: { v1: 100, v2: 0 }"), regions)).toEqual([
      expect.stringContaining("v1 does not run in east"),
    ]);
  });

  it("is not said beside a list of the user's own that would take its place", () => {
    const values = (text: string): string =>
      everywhere(text).replace(
        "  services:\n",
        "  istio: { values: { meshConfig: { serviceSettings: [{ settings: { clusterLocal: true }, hosts: [x] }] } } }\n  services:\n",
      );
    expect(found(route("weights: { v1: 100, v2: 0 }"), values)).toEqual([
      expect.stringContaining("ISM619 n/s stays in its"),
    ]);
    expect(
      found(route("weights: { v1: 100, v2: 0 }"), (text) => values(text).replace("export: false", "export: true")),
    ).toEqual([]);
  });
});
