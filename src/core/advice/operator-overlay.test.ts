import { expect, it } from "vitest";
import type { EastWestReach, Mesh } from "../model/mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { adviseOperatorOverlay } from "./operator-overlay.ts";

const announced: EastWestReach = { everywhere: { addresses: ["192.0.2.1"], port: 15443 }, seenFrom: {} };

function advised(install: Mesh["istio"]["install"], eastWest?: EastWestReach): readonly string[] {
  const clusters = twoClusters.clusters.map((one) =>
    one.name === "east" && eastWest !== undefined ? { ...one, eastWest } : one,
  );
  return adviseOperatorOverlay({ ...twoClusters, clusters, istio: { ...twoClusters.istio, install } }).map(
    ({ code, detail }) => `${code} ${detail}`,
  );
}

it("says what of the in-cluster operator was never seen", () => {
  expect(advised("operator", announced)).toEqual([
    expect.stringMatching(/^ISM756 isthmus asks Istio's operator in east/),
  ]);
});

it("is silent of other installs, of gateways that their Service announces, and of somebody else's Service", () => {
  const service = { namespace: "gw", name: "ew" };
  expect([advised("istioctl", announced), advised("operator"), advised("operator", { ...announced, service })]).toEqual(
    [[], [], []],
  );
});
