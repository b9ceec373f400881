import { describe, expect, it } from "vitest";
import { parseManifests } from "./kept-manifests.ts";

const head = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n";

describe("what a renderer printed", () => {
  it("is read as kubectl reads it, in YAML 1.1, without the empty documents that templates leave", () => {
    const text = `# nothing\n---\n${head}mode: 0644\nenabled: yes\nlarge: 9007199254740993\n---\n\n---\nnull\n`;
    const [object, ...others] = parseManifests(text, "a chart");
    expect(object).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a" },
      mode: 420,
      enabled: true,
      large: 9007199254740993n,
    });
    expect(others).toEqual([]);
  });

  it("keeps the templates that Istio's injector fills in later", () => {
    const text = `${head}data:\n  config: |\n    {{ if .Values.global.proxy }}\n    image: {{ .ProxyImage }}\n    {{ end }}\n`;
    expect(parseManifests(text, "a chart")).toHaveLength(1);
  });

  it("is refused with the place where kubectl would refuse it", () => {
    expect(() => parseManifests(`${head}a: [\n`, "the chart istiod")).toThrow(
      /cannot be read: line \d+ of the chart istiod/,
    );
  });
});
