import type { Mesh } from "./mesh.ts";

/** What Istio's workloads are called under where nobody says otherwise. */
export const defaultTrustDomain = "cluster.local";

/** The trust domain of a mesh, by which the identities of its workloads begin: `meshConfig.trustDomain` of its values. */
export function trustDomainOf({ istio: { values } }: Pick<Mesh, "istio">): string {
  const { meshConfig, global } = (values ?? {}) as {
    readonly meshConfig?: { readonly trustDomain?: unknown } | null;
    readonly global?: { readonly trustDomain?: unknown } | null;
  };
  const named = [meshConfig?.trustDomain, global?.trustDomain].find((one) => typeof one === "string" && one !== "");
  return typeof named === "string" ? named : defaultTrustDomain;
}
