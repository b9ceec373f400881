import { Buffer } from "node:buffer";
import type { KubeObject } from "../model/kube-object.ts";
import type { Cluster } from "../model/mesh.ts";
import { Secret } from "../secret.ts";
import type { Rendered } from "./known-after-apply.ts";
import type { Authority } from "./materials.ts";
import { istioNamespace } from "./names.ts";
import { unknownUntilApply } from "./unknown.ts";

/** The `cacerts` of a cluster; without an authority they wait for one. */
export function cacertsOf(cluster: Cluster, authority: Authority | undefined): Rendered {
  const object = renderCacerts(cluster, authority);
  return authority === undefined
    ? { object, knownAfterApply: { needs: "cacerts", fillIn: (made) => renderCacerts(cluster, made) } }
    : { object };
}

const files = ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"] as const;

/**
 * The `cacerts` Secret: the cluster's own intermediate under the mesh's common
 * root, with the keys that istiod asks for: four of its own, or those of a
 * kubernetes.io/tls Secret where the cluster has one of that form, since istiod
 * prefers them
 * (https://github.com/istio/istio/blob/master/pilot/pkg/bootstrap/istio_ca.go,
 * detectSigningCABundleAndCRL). Without an authority the values stand for what
 * apply will make.
 */
function renderCacerts(cluster: Cluster, authority: Authority | undefined): KubeObject {
  const texts = authority === undefined ? undefined : textsOf(authority);
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "cacerts", namespace: istioNamespace },
    type: authority?.form === "tls" ? "kubernetes.io/tls" : "Opaque",
    data:
      texts === undefined
        ? Object.fromEntries(files.map((file) => [file, unknownUntilApply(`cacerts of ${cluster.name}: ${file}`)]))
        : Object.fromEntries(
            Object.entries(texts).map(([file, text]) => [file, new Secret(Buffer.from(text).toString("base64"))]),
          ),
  };
}

function textsOf({ form, caCert, caKey, certChain, rootCert }: Authority): Readonly<Record<string, string>> {
  return form === "tls"
    ? { "ca.crt": rootCert, "tls.crt": caCert, "tls.key": caKey.expose() }
    : { "ca-cert.pem": caCert, "ca-key.pem": caKey.expose(), "cert-chain.pem": certChain, "root-cert.pem": rootCert };
}
