import { Buffer } from "node:buffer";
import type { KubeObject } from "../model/kube-object.ts";
import type { Cluster, SeenEndpoint } from "../model/mesh.ts";
import { writeYaml } from "../model/object-yaml.ts";
import { Secret } from "../secret.ts";
import type { Rendered } from "./known-after-apply.ts";
import type { RemoteCredential } from "./materials.ts";
import { istioNamespace, readerServiceAccount, readerTokenSecret } from "./names.ts";
import { unknownUntilApply } from "./unknown.ts";

/** The name of the Secret that tells an istiod about `remote` (https://istio.io/latest/docs/reference/commands/istioctl/#istioctl-create-remote-secret). */
export function remoteSecretName(remote: string): string {
  return `istio-remote-secret-${remote}`;
}

/** The remote secret about `remote` for the istiod of `reader`; without a credential it waits for one. */
export function remoteSecretOf(remote: Cluster, credential: RemoteCredential | undefined, reader: string): Rendered {
  const object = renderRemoteSecret(remote, credential, reader);
  return credential === undefined
    ? {
        object,
        knownAfterApply: {
          needs: "credential",
          remote: remote.name,
          fillIn: (made) => renderRemoteSecret(remote, made, reader),
        },
      }
    : { object };
}

/**
 * The Secret that lets another cluster's istiod read `remote`. istiod takes
 * the cluster's ID from the data key; annotation and name agree with it. The
 * kubeconfig carries a token inline: istiod refuses exec plugins and token files
 * (https://github.com/istio/istio/blob/master/pkg/kube/util.go, sanitizeKubeConfig).
 * `reader` has an address of its own where the mesh file says so (`endpointSeenFrom`).
 */
export function renderRemoteSecret(
  remote: Cluster,
  credential: RemoteCredential | undefined,
  reader?: string,
): KubeObject {
  const seen = reader === undefined ? undefined : remote.endpointSeenFrom?.[reader];
  if (seen !== undefined && credential !== undefined) {
    return renderSecret(remote, seenThrough(credential, seen), seen.server);
  }
  // A service account's credential is the same for all that read its cluster: N clusters need N objects and not N².
  const known = written.get(remote) ?? new WeakMap<object, KubeObject>();
  written.set(remote, known);
  const found = known.get(credential ?? noCredential) ?? renderSecret(remote, credential);
  known.set(credential ?? noCredential, found);
  return found;
}

const noCredential = {};
const written = new WeakMap<Cluster, WeakMap<object, KubeObject>>();

/** The same credential at another address, where the cluster's own API server shows its own certificate. */
function seenThrough(
  { token, ownCaData }: RemoteCredential,
  { server, tlsServerName }: SeenEndpoint,
): RemoteCredential {
  return {
    server,
    ...(ownCaData === undefined ? {} : { caData: ownCaData }),
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
    token,
  };
}

function renderSecret(
  remote: Cluster,
  credential: RemoteCredential | undefined,
  server = remote.endpoint ?? credential?.server,
): KubeObject {
  const value =
    credential === undefined
      ? unknownUntilApply(`kubeconfig for ${remote.name}`)
      : new Secret(Buffer.from(renderKubeconfig(remote, credential, server ?? credential.server)).toString("base64"));
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: remoteSecretName(remote.name),
      namespace: istioNamespace,
      labels: { "istio/multiCluster": "true" },
      annotations: { "networking.istio.io/cluster": remote.name },
    },
    type: "Opaque",
    data: { [remote.name]: value },
  };
}

/** The cluster that a remote secret is about; undefined for any other object. */
export function remoteOf(object: KubeObject): string | undefined {
  return object.metadata.annotations?.["networking.istio.io/cluster"];
}

function renderKubeconfig(remote: Cluster, credential: RemoteCredential, server: string): string {
  return writeYaml({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: remote.name,
        cluster: {
          server,
          ...(credential.caData === undefined ? {} : { "certificate-authority-data": credential.caData }),
          ...(credential.tlsServerName === undefined ? {} : { "tls-server-name": credential.tlsServerName }),
        },
      },
    ],
    users: [{ name: remote.name, user: { token: credential.token.expose() } }],
    contexts: [{ name: remote.name, context: { cluster: remote.name, user: remote.name } }],
    "current-context": remote.name,
  });
}

/**
 * A lasting token for Istio's reader account, the least that a remote istiod
 * needs. Kubernetes fills it in; from 1.24 on it no longer makes such Secrets by itself
 * (https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets).
 */
export function renderReaderToken(): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: readerTokenSecret,
      namespace: istioNamespace,
      annotations: { "kubernetes.io/service-account.name": readerServiceAccount },
    },
    type: "kubernetes.io/service-account-token",
  };
}
