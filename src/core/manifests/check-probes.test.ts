import { describe, expect, it } from "vitest";
import type { KubeObject } from "../model/kube-object.ts";
import { checkProbes } from "./check-probes.ts";

const ports = [{ name: "web", containerPort: 8080 }];

function said(container: object): readonly string[] {
  const template = { metadata: { labels: {} }, spec: { containers: [{ name: "app", image: "app:1", ...container }] } };
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop" },
    spec: { template },
  } as unknown as KubeObject;
  return checkProbes(deployment).map(
    ({ code, severity, at, detail }) => `${severity} ${code} ${(at ?? []).slice(5).join(".")}: ${detail}`,
  );
}

// What an API server of 1.36 says of each by a dry-run.
describe("a container", () => {
  it.each<readonly [what: string, container: object, at: string, words: string]>([
    [
      "a probe in two ways",
      { livenessProbe: { tcpSocket: { port: 80 }, httpGet: { port: 80 } } },
      "livenessProbe",
      "asks in 2 ways (httpGet, tcpSocket), and one is allowed",
    ],
    [
      "a probe in none",
      { readinessProbe: { periodSeconds: 3 } },
      "readinessProbe",
      "it has none of exec, grpc, httpGet and tcpSocket",
    ],
    [
      "two successes to be alive",
      { livenessProbe: { successThreshold: 2, exec: { command: ["true"] } } },
      "livenessProbe.successThreshold",
      "is 2, and has to be 1 for a livenessProbe",
    ],
    [
      "a probe of a port by a name that it does not have",
      { ports, startupProbe: { httpGet: { port: "http" } } },
      "startupProbe.httpGet.port",
      'is the port named "http", and the container names only web. API servers take that, and the probe fails for ever.',
    ],
    [
      "a name of a port that is too long",
      { ports: [{ name: "web-with-a-long-name", containerPort: 1 }] },
      "ports.0.name",
      "15 at most",
    ],
    [
      "a name of a port in large letters",
      { ports: [{ name: "Web", containerPort: 1 }] },
      "ports.0.name",
      "small letters",
    ],
    [
      "one name for two ports",
      { ports: [...ports, { name: "web", containerPort: 1 }] },
      "ports.1.name",
      "as that of another port of the container",
    ],
  ])("is refused for %s", (_, container, at, words) => {
    const [found, ...more] = said(container);
    expect(found).toContain(`error ISM872 ${at}: `);
    expect(found).toContain(words);
    expect(more).toEqual([]);
  });

  it.each<readonly [what: string, container: object]>([
    [
      "probes by name and by number",
      {
        ports,
        readinessProbe: { successThreshold: 2, httpGet: { port: "web" } },
        livenessProbe: { successThreshold: 1, tcpSocket: { port: 8080 } },
      },
    ],
    [
      "a probe by a command, and by gRPC",
      { readinessProbe: { exec: { command: ["true"] } }, livenessProbe: { grpc: { port: 9000 } } },
    ],
    ["ports without names", { ports: [{ containerPort: 1 }, { containerPort: 2 }] }],
    ["a number in quotes, which is told as such", { ports, readinessProbe: { httpGet: { port: "8080" } } }],
  ])("is right with %s", (_, container) => {
    expect(said(container)).toEqual([]);
  });
});
