import { describe, expect, it } from "vitest";
import type { Cluster, Mesh } from "../model/mesh.ts";
import { istioReleases } from "../releases/istio-releases.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { renderHelmReleases } from "./helm-releases.ts";
import { renderIstioOperators } from "./istio-operator.ts";

const west = twoClusters.clusters[0] as Cluster;

function meshWith(istio: Partial<Mesh["istio"]>): Mesh {
  return { ...twoClusters, istio: { ...twoClusters.istio, ...istio } };
}

/** The revision whose istiod judges objects without one, by the control plane's IstioOperator. */
function validatorOf(istio: Partial<Mesh["istio"]>): unknown {
  const { controlPlane } = renderIstioOperators(meshWith(istio), west, { values: {} });
  return (controlPlane["spec"] as { readonly values: Readonly<Record<string, unknown>> }).values["defaultRevision"];
}

/** The same by the values of the base chart. */
function chartValidatorOf(istio: Partial<Mesh["istio"]>): unknown {
  const releases = renderHelmReleases(meshWith({ install: "helm", ...istio }), west, { values: {} });
  return releases.find(({ chart }) => chart === "base")?.values["defaultRevision"];
}

describe("the webhook that judges objects without a revision", () => {
  it.each(istioReleases.flatMap(({ minor, installs }) => [...installs].map((install) => [minor, install] as const)))(
    "is asked for in Istio %s with install: %s, unless something else makes it",
    (minor, install) => {
      const asked = { istioctl: "default", operator: "default", rancher: undefined, helm: "default" }[install];
      expect(validatorOf({ version: `${minor}.0`, install })).toBe(asked);
    },
  );

  it("asks the istiod of the mesh's revision", () => {
    expect(validatorOf({ values: { revision: "canary" } })).toBe("canary");
    expect(chartValidatorOf({ values: { revision: "canary" } })).toBe("canary");
  });

  it("is the charts' own default where there is no revision", () => {
    expect(chartValidatorOf({})).toBeUndefined();
  });

  it("is left out where the mesh file unsets it", () => {
    expect(validatorOf({ values: { defaultRevision: "" } })).toBe("");
    expect(chartValidatorOf({ values: { defaultRevision: "" } })).toBe("");
  });
});
