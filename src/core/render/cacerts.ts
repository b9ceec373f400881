import { Buffer } from "node:buffer";
import type { KubeObject } from "../model/kube-object.ts";
import type { Cluster } from "../model/mesh.ts";
import { Secret } from "../secret.ts";
import type { Authority } from "./materials.ts";
import { istioNamespace } from "./names.ts";
import { unknownUntilApply } from "./unknown.ts";

const files = ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"] as const;

/**
 * The `cacerts` Secret: the cluster's own intermediate under the mesh's common
 * root, with the four keys that istiod asks for (facts 2.5). Without an
 * authority the values stand for what apply will make.
 */
export function renderCacerts(cluster: Cluster, authority: Authority | undefined): KubeObject {
  const texts =
    authority === undefined
      ? undefined
      : {
          "ca-cert.pem": authority.caCert,
          "ca-key.pem": authority.caKey.expose(),
          "cert-chain.pem": authority.certChain,
          "root-cert.pem": authority.rootCert,
        };
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "cacerts", namespace: istioNamespace },
    type: "Opaque",
    data: Object.fromEntries(
      files.map((file) => [
        file,
        texts === undefined
          ? unknownUntilApply(`cacerts of ${cluster.name}: ${file}`)
          : new Secret(Buffer.from(texts[file]).toString("base64")),
      ]),
    ),
  };
}
