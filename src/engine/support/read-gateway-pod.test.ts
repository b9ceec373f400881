import { expect, it } from "vitest";
import { Redactor } from "../../core/redact/redactor.ts";
import { askedPorts, runningStatus, signal, wireCluster, wireObject } from "../facts/testing/wire-cluster.ts";
import { BundleCollector } from "./collector.ts";
import { collectGatewayPod } from "./read-gateway-pod.ts";

const pod = wireObject("Pod", { namespace: "istio-system", name: "gateway-1" }, { status: runningStatus() });
const pages = {
  "/stats?usedonly": "cluster.a: 1\n",
  "/clusters": "a::10.42.0.6:5000::health_flags::healthy\n",
  "/config_dump": {
    configs: [
      { "@type": "x.SecretsConfigDump", keys: 1 },
      { "@type": "x.RoutesConfigDump", port: 80 },
    ],
  },
};

async function collect(answers: Readonly<Record<string, unknown>>) {
  const connection = await wireCluster([pod], { pages: answers });
  const collector = new BundleCollector();
  const place = { client: connection.client, cluster: "west", folder: "clusters/west/" };
  await collectGatewayPod(collector, place, "gateway-1", signal);
  const redactor = new Redactor();
  return { ports: askedPorts(connection), files: collector.files(redactor), missing: collector.missing(redactor) };
}

it("collects counters, clusters and configuration of a gateway's proxy, without its keys", async () => {
  const { ports, files, missing } = await collect(pages);
  const folder = "clusters/west/gateways/gateway-1";
  expect(files.map((one) => [one.path, one.path.endsWith(".json") ? JSON.parse(one.text) : one.text])).toEqual([
    [`${folder}/clusters.txt`, pages["/clusters"]],
    [`${folder}/config_dump.json`, { configs: [{ "@type": "x.RoutesConfigDump", port: 80 }] }],
    [`${folder}/stats.txt`, pages["/stats?usedonly"]],
  ]);
  expect(missing).toEqual([]);
  expect(ports).toEqual([15000]);
});

it("names the page that the proxy does not answer, and keeps the others", async () => {
  const { "/clusters": _, ...others } = pages;
  const { files, missing } = await collect(others);
  expect(files).toHaveLength(2);
  expect(missing).toMatchObject([
    {
      path: "clusters/west/gateways/gateway-1/clusters.txt",
      cluster: "west",
      reasons: [{ code: "ISM480", detail: "/clusters answered 404" }],
    },
  ]);
});
