import { describe, expect, it } from "vitest";
import type { Cluster, Mesh } from "../model/mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { matchesWhole } from "../routing/regex.ts";
import { renderHelmReleases } from "./helm-releases.ts";
import { renderIstioOperators } from "./istio-operator.ts";
import { statsAnnotation, versionTimes } from "./latency-stats.ts";

const west = twoClusters.clusters[0] as Cluster;
type Values = NonNullable<Mesh["istio"]["values"]>;

function meshWith(values?: Values): Mesh {
  return { ...twoClusters, istio: { ...twoClusters.istio, ...(values === undefined ? {} : { values }) } };
}

/** What is asked of the ingress gateway's pods, by the values of both ways to install. */
function askedOf(values?: Values): readonly unknown[] {
  const mesh = meshWith(values);
  const { controlPlane } = renderIstioOperators(mesh, west, { values: {} });
  const spec = controlPlane["spec"] as { readonly values: { readonly gateways: Readonly<Record<string, object>> } };
  const chart = renderHelmReleases(mesh, west, { values: {} }).find(({ name }) => name === "istio-ingressgateway");
  return [spec.values.gateways["istio-ingressgateway"], chart?.values].map(
    (one) => (one as { readonly podAnnotations?: Readonly<Record<string, unknown>> }).podAnnotations?.[statsAnnotation],
  );
}

const twice = (value: unknown): readonly unknown[] => [value, value];

describe("an ingress gateway", () => {
  it("keeps how long answers of each version take, once for each, and of no cluster without a version", () => {
    expect(askedOf()).toEqual(twice(versionTimes));
    const keeps = (name: string): boolean => matchesWhole(versionTimes, `cluster.${name}`);
    expect(keeps("outbound|5000|v1|web.shop.svc.cluster.local;.upstream_rq_time")).toBe(true);
    expect(keeps("outbound|5000|v1|web.shop.svc.cluster.local.upstream_rq_time")).toBe(true);
    expect(keeps("outbound|5000|v1|web.shop.svc.cluster.local;.external.upstream_rq_time")).toBe(false);
    expect(keeps("outbound|5000||web.shop.svc.cluster.local;.upstream_rq_time")).toBe(false);
    expect(keeps("xds-grpc;.upstream_rq_time")).toBe(false);
  });

  it("keeps what the mesh's proxies keep otherwise, whose place the annotation takes", () => {
    const matching = (...inclusionRegexps: readonly string[]): Values => ({
      meshConfig: { defaultConfig: { proxyStatsMatcher: { inclusionRegexps } } },
    });
    expect(askedOf(matching("listener.*"))).toEqual(twice(`listener.*,${versionTimes}`));
    expect(askedOf(matching("a{1,2}"))).toEqual(twice(undefined));
  });

  it("keeps what the mesh file asks of its pods itself", () => {
    const annotated = (podAnnotations: Readonly<Record<string, string>>): Values => ({
      gateways: { "istio-ingressgateway": { podAnnotations } },
    });
    expect(askedOf(annotated({ [statsAnnotation]: "own" }))).toEqual(twice("own"));
    expect(askedOf(annotated({ "proxy.istio.io/config": "proxyStatsMatcher: { inclusionRegexps: [own] }" }))).toEqual(
      twice(undefined),
    );
    expect(askedOf(annotated({ "proxy.istio.io/config": "concurrency: 1" }))).toEqual(twice(versionTimes));
  });
});
