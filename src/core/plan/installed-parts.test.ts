import { expect, it } from "vitest";
import { controlPlane, installation } from "../testing/installations.ts";
import { installedParts } from "./installed-parts.ts";

it("names istiods and gateways of somebody else, with what is known of them", () => {
  const selector = { istio: "x" };
  const parts = installedParts(
    installation("west", {
      controlPlanes: [controlPlane("west"), controlPlane("west", { name: "istiod-x", version: "", tool: "unknown" })],
      gateways: [
        { namespace: "istio-system", name: "istio-ingressgateway", selector },
        { namespace: "gw", name: "ew", network: "west-net", selector },
      ],
    }),
  );
  expect(parts).toEqual([
    "Deployment istio-system/istiod (Istio 1.31.0, installed by helm)",
    "Deployment istio-system/istiod-x (Istio)",
    "Service istio-system/istio-ingressgateway",
    "Service gw/ew (gateway of network west-net)",
  ]);
});

it("does not name what isthmus has made", () => {
  const own = controlPlane("west", { own: true });
  expect(installedParts(installation("west", { controlPlanes: [own], gateways: [] }))).toEqual([]);
});
