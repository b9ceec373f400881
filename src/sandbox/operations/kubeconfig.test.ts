import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { Secret } from "../../core/secret.ts";
import type { EngineParts } from "../engine/parts.ts";
import { programs } from "../engine/parts.ts";
import { planRecord } from "./instance-record.ts";
import { renderKubeconfig, renderKubeconfigEntries } from "./kubeconfig.ts";

const engine: EngineParts = {
  key: "k",
  dir: "/cache/k",
  programs: Object.fromEntries(programs.map((name) => [name, `/cache/k/bin/${name}`])) as EngineParts["programs"],
  chartsDir: "/cache/k/charts",
  cniDir: "/cache/k/cni",
  containerdRoot: "/cache/k/containerd",
  images: { pause: "p", coredns: "c", pilot: "i", proxyv2: "x", helloworld: "h" },
  versions: { kubernetes: "1.36.3", istio: "1.31.0", envoy: "1.40.0", coredns: "1.15.0" },
};

function render(instance: string): string {
  const clusters = ["west", "east"].map((name) => ({ name, region: name, zone: `${name}-a` }));
  const record = planRecord(instance, 0, clusters, new Date(0));
  return renderKubeconfig(
    renderKubeconfigEntries(
      instance,
      record.clusters.map((cluster) => ({
        cluster,
        credentials: {
          server: `https://${cluster.nodeAddress}:6443`,
          authority: "CA",
          certificate: "CRT",
          key: new Secret("KEY"),
        },
        engine,
      })),
    ),
  );
}

describe("renderKubeconfig", () => {
  it("calls the contexts of the default sandbox by their clusters alone", () => {
    expect(parse(render("default"))).toMatchObject({
      "current-context": "isthmus-west",
      contexts: [{ name: "isthmus-west" }, { name: "isthmus-east" }],
    });
  });

  it("names the sandbox in the contexts of every other", () => {
    expect(parse(render("try"))).toMatchObject({
      contexts: [{ name: "isthmus-try-west" }, { name: "isthmus-try-east" }],
    });
  });

  it("carries the key itself, not its fingerprint", () => {
    expect(parse(render("try"))).toMatchObject({
      users: [{ user: { "client-key-data": Buffer.from("KEY").toString("base64") } }, {}],
    });
  });

  it("says in each context what Istio needs there, and where its programs and charts are", () => {
    expect(parse(render("try"))).toMatchObject({
      contexts: [
        {
          context: {
            extensions: [
              {
                name: "isthmus.dev/sandbox",
                extension: {
                  instance: "try",
                  istioctl: "/cache/k/bin/istioctl",
                  helm: "/cache/k/bin/helm",
                  charts: "/cache/k/charts",
                  istio: {
                    hub: "docker.io/istio",
                    version: "1.31.0",
                    values: { telemetry: { enabled: false }, pilot: { env: { PILOT_ENABLE_ALPN_FILTER: "false" } } },
                  },
                },
              },
            ],
          },
        },
        {},
      ],
    });
  });

  it("uses no YAML anchors, which not every reader of kubeconfigs knows", () => {
    expect(render("try")).not.toMatch(/[&*]a\d/);
  });
});
