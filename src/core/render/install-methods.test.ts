import { describe, expect, it } from "vitest";
import type { KubeObject } from "../model/kube-object.ts";
import { materials, twoClusters } from "../testing/two-clusters.ts";
import type { Install, IstioPart } from "./install-methods.ts";
import { installMethods } from "./install-methods.ts";
import { renderCluster } from "./render-mesh.ts";

const object = (apiVersion: string, kind: string, name: string, labels?: Record<string, string>): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: "istio-system", ...(labels === undefined ? {} : { labels }) },
});

/** Istio's own objects, one of each part. */
const parts: Readonly<Record<IstioPart, KubeObject>> = {
  definitions: object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "gateways.networking.istio.io"),
  "control-plane": object("apps/v1", "Deployment", "istiod"),
  gateways: object("apps/v1", "Deployment", "istio-ingressgateway", {
    "operator.istio.io/component": "IngressGateways",
    "helm.sh/chart": "gateway-1.0.0",
  }),
};

/** The parts of Istio that isthmus applies for a method, each by its wave, and the wave of the reader's token. */
function applied(install: Install): readonly (readonly [string, string])[] {
  const version = install === "operator" || install === "rancher" ? "1.22.1" : "1.31.0";
  const mesh = { ...twoClusters, istio: { ...twoClusters.istio, install, version } };
  const [cluster] = mesh.clusters;
  // A method that does not take manifests must not take them when they are there, either.
  const all = { ...materials, istioManifests: { [cluster?.name ?? ""]: Object.values(parts) } };
  const names = new Set(Object.values(parts).map(({ metadata }) => metadata.name));
  return cluster === undefined
    ? []
    : renderCluster(mesh, cluster, all)
        .objects.filter(({ object: { kind, metadata } }) => names.has(metadata.name) && kind !== "Gateway")
        .map(({ wave, object: { metadata } }) => [metadata.name, wave] as const);
}

describe.each(Object.keys(installMethods) as Install[])("install: %s", (install) => {
  it.each(Object.keys(parts) as IstioPart[])("applies %s where the table says isthmus, and nowhere else", (part) => {
    const own = installMethods[install].makes[part] === "isthmus";
    const found = applied(install).filter(([name]) => name === parts[part].metadata.name);
    expect(found).toEqual(own ? [[parts[part].metadata.name, part]] : []);
  });

  it("applies the token of the readers' account when the account is there", () => {
    const { makes, readerToken } = installMethods[install];
    expect(readerToken).toBe(["isthmus", "somebody"].includes(makes.definitions) ? "definitions" : "gateways");
  });
});
