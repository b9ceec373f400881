import { describe, expect, it } from "vitest";
import { fillDefaults } from "./defaults.ts";
import { fieldAt } from "./field-info.ts";
import { meshJsonSchema } from "./json-schema.ts";

describe("the JSON schema", () => {
  it("is draft 2020-12, closed, and JSON", () => {
    const schema = meshJsonSchema();
    expect(schema).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: "Mesh",
      required: ["apiVersion", "kind", "metadata", "spec"],
      additionalProperties: false,
    });
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
    expect(fieldAt(["spec", "clusters", 0])).toMatchObject({
      required: ["name"],
      additionalProperties: false,
      oneOf: [{ required: ["context"] }, { required: ["rancherId"] }],
    });
  });

  it("names the defaults that a parsed mesh has", () => {
    const mesh = fillDefaults({
      apiVersion: "isthmus.dev/v1alpha1",
      kind: "Mesh",
      metadata: { name: "m" },
      spec: { clusters: [{ name: "c", context: "c" }] },
    });
    const defaultOf = (...path: string[]): unknown => fieldAt(["spec", ...path])?.default;
    expect(mesh.istio).toEqual({
      version: defaultOf("istio", "version"),
      install: defaultOf("istio", "install"),
      profile: defaultOf("istio", "profile"),
    });
    expect(defaultOf("access", "rotateBefore")).toBe("14d");
    expect(mesh.access).toEqual({
      credentials: defaultOf("access", "credentials"),
      rotateBeforeSeconds: 14 * 86_400,
    });
    expect(defaultOf("trust", "intermediates", "validity")).toBe("730d");
    expect(mesh.trust.intermediates).toEqual({
      validitySeconds: 730 * 86_400,
      keyType: defaultOf("trust", "intermediates", "keyType"),
    });
    expect(mesh.hardening).toEqual({ networkPolicies: defaultOf("hardening", "networkPolicies") });
    expect(mesh.clusters).toEqual([{ name: "c", network: "c", access: { kind: "context", context: "c" } }]);
  });
});
