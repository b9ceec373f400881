import { describe, expect, it } from "vitest";
import { checkListedTwice } from "./check-listed-twice.ts";
import { readManifest } from "./read-manifest.ts";

const look = (text: string) =>
  readManifest(text, "a.yaml", [])
    .flatMap(({ object }) => checkListedTwice(object))
    .map(({ code, severity, at, detail }) => `${severity} ${code} ${at?.join(".")}: ${detail.split(":")[0]}`);

const service = (ports: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { ports: [${ports}] }\n`;
const deployment = (container: string, spec = ""): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec: { template: { spec: { ${spec} containers: [${container}] } } }\n`;
const pods = "spec.template.spec";

describe("an entry that a list has twice", () => {
  it.each([
    [
      "a variable",
      deployment("{ name: c, env: [{ name: A, value: x }, { name: B }, { name: A, value: y }] }"),
      `${pods}.containers.0.env.2: The variable A of container c in Deployment a is listed twice`,
    ],
    [
      "a container",
      deployment("{ name: c }, { name: c }"),
      `${pods}.containers.1: The container c in Deployment a is listed twice`,
    ],
    [
      "a volume",
      deployment("{ name: c }", "volumes: [{ name: v }, { name: v }],"),
      `${pods}.volumes.1: The volume v in Deployment a is listed twice`,
    ],
    [
      "a container's port, whose protocol is TCP where it says none",
      deployment("{ name: c, ports: [{ containerPort: 80 }, { containerPort: 80, protocol: TCP }] }"),
      `${pods}.containers.0.ports.1: The port 80/TCP of container c in Deployment a is listed twice`,
    ],
    [
      "a mount",
      deployment("{ name: c, volumeMounts: [{ name: a, mountPath: /a }, { name: b, mountPath: /a }] }"),
      `${pods}.containers.0.volumeMounts.1: The mount /a of container c in Deployment a is listed twice`,
    ],
    [
      "a Service's port",
      service("{ name: a, port: 80 }, { name: b, port: 80 }"),
      "spec.ports.1: The port 80/TCP in Service a is listed twice",
    ],
  ])("is refused: %s", (_, text, said) => {
    expect(look(text)).toEqual([`error ISM626 ${said}`]);
  });

  it.each([
    ["one number for TCP and UDP", service("{ name: a, port: 53 }, { name: b, port: 53, protocol: UDP }")],
    ["one name in two containers", deployment("{ name: c, env: [{ name: A }] }, { name: d, env: [{ name: A }] }")],
    ["entries without what tells them apart", deployment("{ name: c, env: [{ value: x }, { value: y }, null, null] }")],
    ["what is no list", deployment("{ name: c, env: { name: A } }")],
  ])("is none: %s", (_, text) => {
    expect(look(text)).toEqual([]);
  });
});
