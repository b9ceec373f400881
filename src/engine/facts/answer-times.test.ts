import { expect, it } from "vitest";
import type { Service } from "../../core/model/mesh.ts";
import { versionTimes } from "../../core/render/latency-stats.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { readAnswerTimes, readKeptTimes } from "./answer-times.ts";
import { runningStatus, signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const [service] = twoClusters.services as readonly [Service];
const pod = { namespace: "istio-system", name: "ingress-1" };
const host = "helloworld.sample.svc.cluster.local";
const running = wireObject("Pod", pod, { status: runningStatus() });
const statsPage = `/stats?filter=${encodeURIComponent(
  String.raw`^cluster\.outbound\|5000\|[^|]+\|helloworld\.sample\.svc\.cluster\.local;?\.upstream_rq_time$`,
)}&histogram_buckets=detailed&format=json`;
const bootstrapPage = "/config_dump?mask=bootstrap.stats_config.stats_matcher,bootstrap.stats_flush_interval";

it("divides the answers of each version at the limit, by bins as Envoy writes their bounds", async () => {
  const bins = (...bounds: readonly (readonly [number, number])[]): object => ({
    totals: bounds.map(([bound, count]) => ({ lower_bound: bound, width: 10, count })),
    intervals: [],
    percentiles: [{ cumulative: null, interval: null }],
  });
  const details = [
    { name: `cluster.outbound|5000|v1|${host};.upstream_rq_time`, ...bins([1, 30], [290, 4], [300, 2]) },
    {
      name: `cluster.outbound|5000|v2|${host}.upstream_rq_time`,
      ...bins([299.99999999999994, 5], [819.9999999999999, 1]),
    },
    { name: `cluster.outbound|5000|gone|${host};.upstream_rq_time`, ...bins([1, 9]) },
  ];
  const page = { stats: [{ name: "server.live", value: 1 }, { histograms: { supported_percentiles: [50], details } }] };
  const { client } = await wireCluster([running], { pages: { [statsPage]: page } });
  const found = await readAnswerTimes(client, [pod], { service, limitMs: 300, signal });
  expect(Object.fromEntries(found)).toEqual({
    "v1 ingress-1": { answered: 34, failed: 2 },
    "v2 ingress-1": { answered: 0, failed: 6 },
  });
});

it("has nothing of versions that were never asked", async () => {
  const { client } = await wireCluster([running], { pages: { [statsPage]: { stats: [] } } });
  expect(await readAnswerTimes(client, [pod], { service, limitMs: 300, signal })).toEqual(new Map());
});

/** Istio's own statistics, as it starts a gateway with them. */
const istios = [
  { prefix: "cluster_manager" },
  { suffix: "rbac.allowed" },
  { safe_regex: { regex: "vhost\\..*\\.route\\..*" } },
];

it.each([
  ["with Istio's own statistics alone", { inclusion_list: { patterns: istios } }, "histograms"],
  [
    "with the annotation",
    { inclusion_list: { patterns: [...istios, { safe_regex: { regex: versionTimes } }] } },
    undefined,
  ],
  ["with all of one suffix", { inclusion_list: { patterns: [{ suffix: ".upstream_rq_time" }] } }, undefined],
  [
    "with all of one version",
    { inclusion_list: { patterns: [{ prefix: "cluster.outbound|5000|v1|" }] } },
    "histograms",
  ],
  ["with everything", undefined, undefined],
  ["with nothing", { reject_all: true }, "histograms"],
  ["with everything but clusters", { exclusion_list: { patterns: [{ prefix: "cluster." }] } }, "histograms"],
  [
    "with an expression that nobody understands",
    { inclusion_list: { patterns: [{ safe_regex: { regex: "(" } }] } },
    "histograms",
  ],
])("knows what a proxy keeps that was started %s", async (_case, matcher, lacks) => {
  const bootstrap = matcher === undefined ? {} : { stats_config: { stats_matcher: matcher } };
  const page = { configs: [{ "@type": "type.googleapis.com/envoy.admin.v3.BootstrapConfigDump", bootstrap }] };
  const { client } = await wireCluster([running], { pages: { [bootstrapPage]: page, [statsPage]: { stats: [] } } });
  expect(await readKeptTimes(client, pod, { service, signal })).toMatchObject({ pod, lacks, flushMs: 5000 });
});

it("knows how often a proxy writes its times down, and what it keeps beside", async () => {
  const bootstrap = {
    stats_flush_interval: "0.500s",
    stats_config: { stats_matcher: { inclusion_list: { patterns: istios } } },
  };
  const { client } = await wireCluster([running], {
    pages: { [bootstrapPage]: { configs: [{ bootstrap }] }, [statsPage]: { stats: [] } },
  });
  const found = await readKeptTimes(client, pod, { service, signal });
  expect([found.flushMs, found.expressions]).toEqual([500, ["vhost\\..*\\.route\\..*"]]);
});
