import { expect, it } from "vitest";
import { findUnknownMeshConfig } from "./unknown-mesh-config.ts";

it.each<[string, unknown, readonly string[]]>([
  ["nothing where there are no values", undefined, []],
  [
    "nothing in what Istio knows, in either spelling, and below what it does not look into",
    {
      meshConfig: {
        accessLogFile: "/dev/stdout",
        access_log_encoding: "JSON",
        mesh_mTLS: { minProtocolVersion: "TLSV1_3" },
        defaultConfig: {
          proxyMetadata: { ANYTHING: "1" },
          tracing: { customTags: { team: { literal: { value: "a" } } } },
        },
        localityLbSetting: { anything: true },
        extensionProviders: [{ name: "otel", opentelemetry: { service: "a", port: 4317 } }],
        serviceSettings: [{ settings: { clusterLocal: true }, hosts: ["a"] }],
      },
      pilot: { cpu: {} },
    },
    [],
  ],
  [
    "a misspelt key",
    { meshConfig: { acessLogFile: "/dev/stdout" } },
    ["meshConfig.acessLogFile > meshConfig.accessLogFile"],
  ],
  [
    "a misspelt key of proxies, in lists and in maps",
    {
      meshConfig: {
        defaultConfig: { concurency: 2, tracing: { customTags: { team: { litteral: {} } } } },
        extensionProviders: [{ name: "a" }, { nam: "b", opentelemetry: { servce: "a" } }],
      },
    },
    [
      "meshConfig.defaultConfig.concurency > meshConfig.defaultConfig.concurrency",
      "meshConfig.defaultConfig.tracing.customTags.team.litteral > meshConfig.defaultConfig.tracing.customTags.team.literal",
      "meshConfig.extensionProviders.1.nam > meshConfig.extensionProviders.1.name",
      "meshConfig.extensionProviders.1.opentelemetry.servce > meshConfig.extensionProviders.1.opentelemetry.service",
    ],
  ],
  [
    "a key at the wrong level",
    {
      accessLogFile: "/dev/stdout",
      meshConfig: { holdApplicationUntilProxyStarts: true, defaultConfig: { outboundTrafficPolicy: {} } },
    },
    [
      "accessLogFile > meshConfig.accessLogFile",
      "meshConfig.holdApplicationUntilProxyStarts > meshConfig.defaultConfig.holdApplicationUntilProxyStarts",
      "meshConfig.defaultConfig.outboundTrafficPolicy > meshConfig.outboundTrafficPolicy",
    ],
  ],
  [
    "a field under the name of its .proto file that charts, or the mesh file itself, write under the API's name",
    {
      meshConfig: {
        trust_domain: "example.org",
        default_config: { drain_duration: "5s" },
        access_log_file: "",
        ingress_class: "a",
        ingressClass: "b",
        defaultConfig: { drain_duration: "5s", drainDuration: "6s", proxyMetadata: { a_b: "1", aB: "2" } },
      },
    },
    [
      "meshConfig.trust_domain < meshConfig.trustDomain",
      "meshConfig.default_config < meshConfig.defaultConfig",
      "meshConfig.ingress_class < meshConfig.ingressClass",
      "meshConfig.defaultConfig.drain_duration < meshConfig.defaultConfig.drainDuration",
    ],
  ],
  ["a key that is near none", { meshConfig: { zzzzzz: 1 } }, ["meshConfig.zzzzzz"]],
])("finds %s", (_, values, expected) => {
  expect(
    findUnknownMeshConfig(values, "default").map(({ path, near, overridden }) =>
      near === undefined ? path.join(".") : `${path.join(".")} ${overridden === true ? "<" : ">"} ${near.join(".")}`,
    ),
  ).toEqual(expected);
});

it("knows what the profile demo writes", () => {
  const values = { meshConfig: { access_log_file: "" } };
  expect(findUnknownMeshConfig(values, "demo")).toMatchObject([{ near: ["meshConfig", "accessLogFile"] }]);
  expect(findUnknownMeshConfig(values, "minimal")).toEqual([]);
});
