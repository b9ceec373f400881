import { describe, expect, it } from "vitest";
import { checkValueTypes } from "./check-value-types.ts";
import { readManifest } from "./read-manifest.ts";

const look = (text: string) =>
  readManifest(text, "a.yaml", [])
    .flatMap(({ object }) => checkValueTypes(object))
    .map(({ code, severity, at, detail, fix }) => ({ said: `${severity} ${code} ${at?.join(".")}`, detail, fix }));

const service = (port: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { selector: { port: "80" }, ports: [{ ${port} }] }\n`;
const deployment = (spec: string, container = "name: c"): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec: { ${spec} template: { spec: { containers: [{ ${container} }] } } }\n`;

describe("a text where a number or a truth value has to be", () => {
  it.each([
    ["a Service's port", service('port: "80"'), "spec.ports.0.port", "Write 80 without quotes."],
    [
      "a target port, which is no name then",
      service('port: 80, targetPort: "8080"'),
      "spec.ports.0.targetPort",
      "Write 8080 without quotes.",
    ],
    ["a template's placeholder", service("port: $PORT"), "spec.ports.0.port", "Write a whole number, without quotes."],
    ["a number of pods", deployment('replicas: "2",'), "spec.replicas", "Write 2 without quotes."],
    [
      "a container's port",
      deployment("", 'name: c, ports: [{ containerPort: "8080" }]'),
      "spec.template.spec.containers.0.ports.0.containerPort",
      "Write 8080 without quotes.",
    ],
    [
      "a probe's port",
      deployment("", 'name: c, readinessProbe: { tcpSocket: { port: "8080" } }'),
      "spec.template.spec.containers.0.readinessProbe.tcpSocket.port",
      "Write 8080 without quotes.",
    ],
    [
      "a truth value",
      deployment("", 'name: c, securityContext: { runAsNonRoot: "true" }'),
      "spec.template.spec.containers.0.securityContext.runAsNonRoot",
      "Write true without quotes.",
    ],
  ])("is refused: %s", (_, text, at, fix) => {
    expect(look(text).map(({ said, fix }) => [said, fix])).toEqual([[`error ISM614 ${at}`, fix]]);
  });

  it.each([
    ["a named target port", service("port: 80, targetPort: http")],
    ["numbers", service("port: 80, targetPort: 8080")],
    ["a named port of a probe", deployment("", "name: c, readinessProbe: { tcpSocket: { port: web } }")],
    ["keys of people's own", deployment('selector: { matchLabels: { replicas: "2" } },')],
    ["kinds with fields of their own", 'apiVersion: a/v1\nkind: A\nmetadata: { name: a }\nspec: { replicas: "2" }\n'],
  ])("is none: %s", (_, text) => {
    expect(look(text)).toEqual([]);
  });

  it("says what API servers take", () => {
    expect(look(service('port: 80, targetPort: "8080"'))[0]?.detail).toBe(
      'spec.ports[0].targetPort in Service a is the text "8080", and API servers take a number, or the name of a port, which has a letter. They refuse the object.',
    );
  });
});
