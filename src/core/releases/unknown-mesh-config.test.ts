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
  ["a key that is near none", { meshConfig: { zzzzzz: 1 } }, ["meshConfig.zzzzzz"]],
])("finds %s", (_, values, expected) => {
  expect(
    findUnknownMeshConfig(values).map(({ path, near }) =>
      near === undefined ? path.join(".") : `${path.join(".")} > ${near.join(".")}`,
    ),
  ).toEqual(expected);
});
