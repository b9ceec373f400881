import { expect, it } from "vitest";
import { placeIstioObject } from "./istio-manifests.ts";

const cases: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  ["CustomResourceDefinition", { "helm.sh/chart": "base-1.31.0" }, "definitions"],
  ["ServiceAccount", { "helm.sh/chart": "gateway-1.31.0" }, "definitions"],
  ["RoleBinding", { "operator.istio.io/component": "IngressGateways" }, "definitions"],
  ["ValidatingWebhookConfiguration", { "helm.sh/chart": "base-1.31.0" }, "control-plane"],
  ["Deployment", { "helm.sh/chart": "istiod-1.31.0" }, "control-plane"],
  ["DaemonSet", { "helm.sh/chart": "cni-1.31.0" }, "control-plane"],
  ["Deployment", { "operator.istio.io/component": "Pilot" }, "control-plane"],
  ["Deployment", { "helm.sh/chart": "gateway-1.31.0" }, "gateways"],
  ["HorizontalPodAutoscaler", { "helm.sh/chart": "gateway-1.31.0" }, "gateways"],
  ["Service", { "operator.istio.io/component": "EgressGateways" }, "gateways"],
  ["Service", {}, "control-plane"],
];

it.each(cases)("puts a %s with %o into the wave %s", (kind, labels, wave) => {
  const [placed] = placeIstioObject({ apiVersion: "v1", kind, metadata: { name: "x", labels } });
  expect(placed).toBe(wave);
});
