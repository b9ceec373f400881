import { Buffer } from "node:buffer";
import type { OwnCertificate } from "../front-door/own-certificates.ts";
import { ownCertificates } from "../front-door/own-certificates.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { Cluster, Mesh } from "../model/mesh.ts";
import { Secret } from "../secret.ts";
import type { Rendered } from "./known-after-apply.ts";
import type { IssuedCertificate, Materials } from "./materials.ts";
import { istioNamespace } from "./names.ts";
import { unknownUntilApply } from "./unknown.ts";

/** Which ACME server a certificate was ordered from, and by which profile: whoever opens the mesh anywhere knows it by these. */
export const acmeAnnotations = { server: "isthmus.dev/acme-server", profile: "isthmus.dev/acme-profile" } as const;

/**
 * The Secrets of the certificates that isthmus orders and that routes of this
 * cluster show, in Istio's namespace, where the gateway's pods look for them.
 * The same in all clusters; one that has to be ordered first is filled in by the apply.
 */
export function renderFrontDoorSecrets(
  mesh: Mesh,
  cluster: Pick<Cluster, "name">,
  { certificates = {} }: Pick<Materials, "certificates">,
): Rendered[] {
  return ownCertificates(mesh)
    .filter(({ clusters }) => clusters.includes(cluster.name))
    .map((certificate): Rendered => {
      const { secretName } = certificate;
      const issued = certificates[secretName];
      return issued === undefined
        ? {
            object: renderSecret(certificate),
            knownAfterApply: {
              needs: "certificate",
              secretName,
              fillIn: (ordered) => renderSecret(certificate, ordered),
            },
          }
        : { object: renderSecret(certificate, issued) };
    });
}

function renderSecret({ secretName, settings }: OwnCertificate, issued?: IssuedCertificate): KubeObject {
  const profile = issued?.profile ?? settings.profile;
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: secretName,
      namespace: istioNamespace,
      annotations: {
        [acmeAnnotations.server]: issued?.server ?? settings.server,
        ...(profile === undefined ? {} : { [acmeAnnotations.profile]: profile }),
      },
    },
    type: "kubernetes.io/tls",
    data:
      issued === undefined
        ? {
            "tls.crt": unknownUntilApply(`certificate ${secretName}`),
            "tls.key": unknownUntilApply(`key of certificate ${secretName}`),
          }
        : {
            "tls.crt": new Secret(Buffer.from(issued.chain).toString("base64")),
            "tls.key": new Secret(Buffer.from(issued.key.expose()).toString("base64")),
          },
  };
}
