import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Json } from "../../core/model/kube-object.ts";
import { findUnreadValues } from "../../core/render/unread-values.ts";
import { readChartValues } from "./read-chart-values.ts";

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "isthmus-chart-values-test-"));
});

afterEach(async () => {
  await rm(dir, { recursive: true });
});

async function chart(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [file, text] of Object.entries(files)) {
    const target = path.join(dir, name, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
  }
  return path.join(dir, name);
}

/** Charts that are built as Istio's are: defaults under a key of their own, profiles, and a prefix that may be left out. */
async function unread(values: { readonly [key: string]: Json }): Promise<readonly string[]> {
  const istiod = await chart("istiod", {
    "values.yaml": `_internal_defaults_do_not_set:
  autoscaleMin: 1
  traceSampling: 1
  env: {}
  resources: { requests: { cpu: 500m } }
  meshConfig: { enablePrometheusMerge: true }
  telemetry: { v2: { enabled: true } }
  sidecarInjectorWebhook: { rewriteAppHTTPProbe: true, templates: {} }
  global: { logAsJson: false, proxy: { logLevel: warning, image: proxyv2 } }
`,
    "files/profile-demo.yaml": "global: { proxy: { demoOnly: 1 } }\n",
    "files/injection-template.yaml": "{{ if .Values.global.proxy.startupProbe.enabled }}\n",
    "templates/deployment.yaml":
      "containers: # of the proxy\n{{ toYaml .Values.resources | trim | indent 12 }}\n{{- range $key, $val := .Values.env }}\n",
    "templates/zzz_profile.yaml":
      '{{- $a := mustMergeOverwrite $defaults ($.Values.global) }}\n{{- $b := set $ "Values" $a }}\n',
    "templates/zzy_descope_legacy.yaml": '{{- $_ := mustMergeOverwrite $.Values (index $.Values "pilot") }}\n',
  });
  const base = await chart("base", {
    "values.yaml": "base: { enableCRDTemplates: true }\nglobal: { istioNamespace: x }\n",
  });
  const gateway = await chart("gateway", {
    "values.yaml": "defaults:\n  replicaCount: 1\n  service: { type: LoadBalancer }\n",
  });
  return findUnreadValues(values, {
    charts: [await readChartValues(istiod), await readChartValues(base)],
    gateway: await readChartValues(gateway),
    gatewayNames: ["istio-ingressgateway", "istio-eastwestgateway"],
  }).map(({ path: place, near }) => `${place.join(".")}${near === undefined ? "" : ` (${near.join(".")})`}`);
}

describe("values that charts read", () => {
  it.each<{ readonly [key: string]: Json }>([
    { autoscaleMin: 2 },
    { pilot: { autoscaleMin: 2, env: { ANYTHING: "1" }, resources: { limits: { cpu: 1 } } } },
    { meshConfig: { accessLogFile: "/dev/stdout", defaultConfig: { anything: 1 } } },
    { global: { istioNamespace: "x", proxy: { demoOnly: 2, startupProbe: { enabled: true } } } },
    { base: { enableCRDTemplates: false } },
    { gateways: { "istio-ingressgateway": { replicaCount: 2, service: { type: "NodePort" } } } },
    { sidecarInjectorWebhook: { templates: { own: "{{ .Values.global.mine }}" } }, global: { mine: 1 } },
  ])("are fine: %j", async (values) => {
    expect(await unread(values)).toEqual([]);
  });
});

describe("values that no chart reads", () => {
  it.each<readonly [{ readonly [key: string]: Json }, readonly string[]]>([
    [{ pilott: { autoscaleMin: 1 } }, ["pilott (pilot)"]],
    [
      { autoscalMin: 1, pilot: { traceSamplin: 1 } },
      ["autoscalMin (autoscaleMin)", "pilot.traceSamplin (pilot.traceSampling)"],
    ],
    [
      { global: { logAsJsn: true, proxy: { logLevell: "debug" } } },
      ["global.logAsJsn (global.logAsJson)", "global.proxy.logLevell (global.proxy.logLevel)"],
    ],
    [{ telemetry: { v2: { enabledd: true } } }, ["telemetry.v2.enabledd (telemetry.v2.enabled)"]],
    [{ base: { enableCRDTemplate: true } }, ["base.enableCRDTemplate (base.enableCRDTemplates)"]],
    [
      { gateways: { "istio-ingressgateway": { replicaCont: 1 }, "istio-ingressgatway": {} } },
      [
        "gateways.istio-ingressgateway.replicaCont (gateways.istio-ingressgateway.replicaCount)",
        "gateways.istio-ingressgatway (gateways.istio-ingressgateway)",
      ],
    ],
    [{ nothingLikeIt: 1 }, ["nothingLikeIt"]],
    // Names that are right somewhere else, and words that stand beside actions.
    [{ startupProbe: { enabled: true } }, ["startupProbe"]],
    [{ global: { startupProbe: { enabled: true } } }, ["global.startupProbe"]],
    [
      { global: { autoscaleMin: 2 }, pilot: { proxy: { image: "x" } } },
      ["global.autoscaleMin (autoscaleMin)", "pilot.proxy (global.proxy)"],
    ],
    [{ containers: 1, global: { proxy: { containers: 1 } } }, ["containers", "global.proxy.containers"]],
  ])("are named with what was probably meant: %j", async (values, expected) => {
    expect(await unread(values)).toEqual(expected);
  });
});
