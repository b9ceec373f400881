import { describe, expect, it } from "vitest";
import { explainField, suggestField } from "./explain-field.ts";
import type { FieldInfo } from "./field-info.ts";
import { rootField } from "./field-info.ts";

describe("explaining a field", () => {
  it("tells path, description, type, default and allowed values", () => {
    const text = explainField("spec.istio.install") ?? "";
    expect(text.split("\n")[0]).toBe("spec.istio.install");
    expect(text).toMatch(/^Type: +text$/m);
    expect(text).toMatch(/^Default: +istioctl$/m);
    expect(text).toMatch(/^Allowed: +istioctl, operator, helm, rancher, existing$/m);
    expect(text).toContain("How Istio gets into the clusters");
    expect(text).not.toContain("Required:");
  });

  it("lists the fields below it and which of them are required", () => {
    const text = explainField("spec.clusters") ?? "";
    expect(text).toMatch(/^Type: +list of mappings$/m);
    expect(text).toMatch(/^Required: +yes$/m);
    expect(text).toMatch(/^ {2}name +text, required$/m);
    expect(text).toMatch(/^ {2}eastWest +mapping$/m);
  });

  it("tells the bounds of numbers and durations, beside each field too", () => {
    const checks = explainField("spec.dns.healthChecks") ?? "";
    expect(checks).toMatch(/^ {2}failures +whole number, 1 to 100, default 2$/m);
    expect(checks).toMatch(/^ {2}interval +text, default 5s$/m);
    expect(explainField("spec.dns.healthChecks.interval")).toContain("From 1s to 300s.");
    expect(explainField("spec.services.failover.outlierDetection.interval")).toContain("in whole milliseconds.");
    expect(explainField("spec.clusters.eastWest.port")).toMatch(/^Range: +1 to 65535$/m);
  });

  it("tells of which fields a mapping takes exactly one", () => {
    expect(explainField("spec.services.sessions")).toMatch(
      /^One of: +httpHeaderName, httpCookie, httpQueryParameterName$/m,
    );
    expect(explainField("spec.issuers")).toMatch(/^One of: +acme, isthmus$/m);
    expect(explainField("spec.trust.root")).toMatch(/^One of: +certFile with keyFile, secretRef$/m);
    expect(explainField("spec.dns")).not.toContain("One of:");
  });

  const paths: readonly (readonly [string, string])[] = [
    ["spec.clusters.network", "spec.clusters[].network"],
    ["clusters.network", "spec.clusters[].network"],
    ["spec.clusters[0].network", "spec.clusters[].network"],
    ["spec.clusters[].network", "spec.clusters[].network"],
    ["services.versions.clusters", "spec.services[].versions.<name>.clusters"],
    ["services.versions.v1.clusters", "spec.services[].versions.<name>.clusters"],
    ["services.routes.weights.v1", "spec.services[].routes[].weights.<name>"],
    ["services.routes.match.headers.exact", "spec.services[].routes[].match.headers.<name>.exact"],
    ["metadata.name", "metadata.name"],
    ["", "The mesh file"],
    ["spec", "spec"],
  ];
  it.each(paths)("takes %j for %s", (path, title) => {
    expect(explainField(path)?.split("\n")[0]).toBe(title);
    expect(suggestField(path)).toBeUndefined();
  });

  const unknown: readonly (readonly [string, string | undefined])[] = [
    ["spec.clusters.netwrok", "spec.clusters.network"],
    ["clustres.network", "spec.clusters.network"],
    ["spec.istio.pofile", "spec.istio.profile"],
    ["spec.istio.version.more", undefined],
    ["nothing.at.all", undefined],
    ["constructor", undefined],
    ["spec.__proto__", undefined],
  ];
  it.each(unknown)("knows no %s and suggests %s", (path, suggestion) => {
    expect(explainField(path)).toBeUndefined();
    expect(suggestField(path)).toBe(suggestion);
  });

  it("finds a description for every field there is", () => {
    const without: string[] = [];
    const walk = (field: FieldInfo, path: string): void => {
      if (field.description === undefined && Object.keys(field).length > 0) {
        without.push(path);
      }
      for (const [name, child] of Object.entries(field.properties ?? {})) {
        walk(child, `${path}.${name}`);
      }
      if (field.items !== undefined) {
        walk(field.items, `${path}[]`);
      }
      if (field.additionalProperties !== undefined && field.additionalProperties !== false) {
        walk(field.additionalProperties, `${path}.<name>`);
      }
    };
    walk(rootField(), "");
    expect(without).toEqual([]);
  });
});
