import type { WireObject } from "../../../kube/fake/fake-store.ts";
import { wireObject } from "./wire-cluster.ts";

/** API version of cert-manager's own kinds. */
export const certManagerVersion = "cert-manager.io/v1";

/** Its kinds of issuers, as a fake API server is told. */
export const issuerKinds = [
  { apiVersion: certManagerVersion, kind: "Issuer", plural: "issuers", namespaced: true },
  { apiVersion: certManagerVersion, kind: "ClusterIssuer", plural: "clusterissuers", namespaced: false },
] as const;

/** The issuer `le` with the account `account`, which proves names by pages, and a.example by a record; an Issuer is in istio-system. */
export function wireIssuer(kind: "Issuer" | "ClusterIssuer", ready: object): WireObject {
  const place = kind === "Issuer" ? { namespace: "istio-system" } : {};
  const solvers = [{ http01: { ingress: {} } }, { dns01: { rfc2136: {} }, selector: { dnsNames: ["a.example"] } }];
  const spec = { acme: { privateKeySecretRef: { name: "account" }, solvers } };
  const status = { conditions: [{ type: "Ready", ...ready }] };
  return { ...wireObject(kind, { name: "le", ...place }, { spec, status }), apiVersion: certManagerVersion };
}

/** The controller in the namespace certs, as its chart starts it, with these arguments. */
export function wireController(args: readonly string[], name = "cert-manager"): WireObject {
  const labels = { "app.kubernetes.io/name": "cert-manager" };
  const env = [{ name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } }];
  const spec = { template: { metadata: { labels }, spec: { containers: [{ name, args, env }] } } };
  return wireObject("Deployment", { namespace: "certs", name, labels }, { spec });
}

/** How the chart says where the Secrets of ClusterIssuers are: in the namespace of its own. */
export const ownNamespace = "--cluster-resource-namespace=$(POD_NAMESPACE)";
