import { expect, it } from "vitest";
import type { NamedGateway } from "../model/installed-istio.ts";
import type { EastWestReach } from "../model/mesh.ts";
import { clusterNamed } from "../model/mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { judgeNamedGateway } from "./named-gateway.ts";

const west = clusterNamed(twoClusters, "west");
const service = { namespace: "gw", name: "ew", network: "west-net", selector: { istio: "ew" } };
const { network: _, ...unlabelled } = service;

function judged(gateway: Partial<NamedGateway>, more: Partial<EastWestReach> = {}): readonly string[] {
  const eastWest = { seenFrom: {}, service: { namespace: "gw", name: "ew" }, ...more };
  const found = judgeNamedGateway({
    cluster: { ...west, eastWest },
    context: "prod",
    gateway: { own: false, ingressPods: [], former: false, ...gateway },
    istio: { version: "1.31.0", revision: "prod" },
  });
  return found.map(({ code, detail, fix }) => `${code} ${detail} ${fix ?? ""}`);
}

it("takes a gateway with the network's label and pods of its own", () => {
  expect(judged({ service, ingressPods: [{ istio: "ingressgateway", app: "own" }] })).toEqual([]);
});

it("names a Service that is not there, and how it comes to be", () => {
  expect(judged({})).toEqual([
    expect.stringMatching(
      /^ISM754 west has no Service gw\/ew, .*helm install ew istio\/gateway --version 1\.31\.0 --kube-context prod -n gw .* --set revision=prod/,
    ),
  ]);
});

it("refuses a Service that isthmus has made, which pruning would delete", () => {
  expect(judged({ service, own: true })).toEqual([
    expect.stringContaining("the next pruning would delete the only gateway"),
  ]);
});

it("names pods that nobody could tell from the ingress gateway's, there or to come, and none at all", () => {
  const all = (selector: Readonly<Record<string, string>>): readonly string[] =>
    judged({ service: { ...service, selector } });
  expect(all({})).toEqual([expect.stringContaining("selects no pods")]);
  expect(all({ istio: "ingressgateway" })).toEqual([expect.stringContaining("what opens the one")]);
  expect(
    judged({
      service: { ...service, selector: { tier: "edge" } },
      ingressPods: [{ tier: "edge", istio: "ingressgateway" }],
    }),
  ).toEqual([expect.stringContaining("what opens the one")]);
});

it("names a missing and another network's label, with Helm's command where Helm made it", () => {
  expect(judged({ service: unlabelled })).toEqual([
    expect.stringContaining("has not the label topology.istio.io/network, and"),
  ]);
  const release = { name: "ew", namespace: "gw" };
  expect(judged({ service: { ...service, network: "other", release } })).toEqual([
    expect.stringMatching(
      /network: other, and .* helm upgrade ew istio\/gateway --version 1\.31\.0 --kube-context prod -n gw --reuse-values --set networkGateway=west-net$/,
    ),
  ]);
});

it("warns of the gateway that will be closed and that others still know", () => {
  expect(judged({ service, former: true })).toEqual([
    expect.stringMatching(/^ISM755 istio-system\/istio-eastwestgateway of west is still there.* isthmus drain west/),
  ]);
});

it("wants no label where the mesh file says the addresses", () => {
  const announced = { everywhere: { addresses: ["192.0.2.1"], port: 15443 } };
  expect(judged({ service: unlabelled }, announced)).toEqual([]);
  expect(judged({ service }, announced)).toEqual([
    expect.stringContaining("kubectl --context prod -n gw label service ew topology.istio.io/network-"),
  ]);
  expect(judged({ service: { ...service, release: { name: "ew", namespace: "gw" } } }, announced)).toEqual([
    expect.stringMatching(/helm upgrade ew .* --set networkGateway=$/),
  ]);
});
