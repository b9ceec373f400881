import { stringify } from "yaml";
import { cniFolders } from "../cluster/component-files.ts";
import type { AdminCredentials } from "../cluster/admin-credentials.ts";
import type { EngineParts } from "../engine/parts.ts";
import type { RecordedCluster } from "./instance-record.ts";

/** The name of the extension by which a kubeconfig entry is known as a sandbox's. */
export const sandboxExtension = "isthmus.dev/sandbox";

export interface KubeconfigEntry {
  readonly name: string;
  readonly [field: string]: unknown;
}

/** The parts of a kubeconfig that a sandbox brings; the entries of a cluster have its context's name. */
export interface KubeconfigEntries {
  readonly clusters: readonly KubeconfigEntry[];
  readonly users: readonly KubeconfigEntry[];
  readonly contexts: readonly KubeconfigEntry[];
}

export interface KubeconfigCluster {
  readonly cluster: RecordedCluster;
  readonly credentials: AdminCredentials;
  readonly engine: EngineParts;
}

/**
 * The entries of a sandbox. Each carries an extension with the instance's
 * name; a context's also says what Istio needs there: the hub and version of
 * the images that the nodes have, and the values without which a stock Envoy
 * refuses Istio's configuration (it lacks Istio's own filters) or istio-cni
 * does not find the nodes' folders.
 */
export function renderKubeconfigEntries(instance: string, clusters: readonly KubeconfigCluster[]): KubeconfigEntries {
  const mark = [{ name: sandboxExtension, extension: { instance } }];
  return {
    clusters: clusters.map(({ cluster, credentials }) => ({
      name: cluster.context,
      cluster: {
        server: credentials.server,
        "certificate-authority-data": encode(credentials.authority),
        extensions: mark,
      },
    })),
    users: clusters.map(({ cluster, credentials }) => ({
      name: cluster.context,
      user: {
        "client-certificate-data": encode(credentials.certificate),
        "client-key-data": encode(credentials.key.expose()),
        extensions: mark,
      },
    })),
    contexts: clusters.map(({ cluster, engine }) => ({
      name: cluster.context,
      context: {
        cluster: cluster.context,
        user: cluster.context,
        extensions: [{ name: sandboxExtension, extension: describeIstio(instance, engine) }],
      },
    })),
  };
}

/** A whole kubeconfig with these entries, the first context current. */
export function renderKubeconfig(entries: KubeconfigEntries): string {
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      ...entries,
      "current-context": entries.contexts[0]?.name ?? "",
    },
    // The marks are the same object; an anchor would only be noise.
    { aliasDuplicateObjects: false, lineWidth: 0 },
  );
}

/** What a sandbox says of itself wherever a cluster is described: which it is, and what Istio needs there. */
export function describeIstio(instance: string, engine: EngineParts): object {
  return {
    istio: {
      hub: "docker.io/istio",
      version: engine.versions.istio,
      values: {
        global: { imagePullPolicy: "IfNotPresent" },
        telemetry: { enabled: false },
        cni: { cniConfDir: cniFolders.configuration, cniBinDir: cniFolders.plugins },
        pilot: { env: { PILOT_ENABLE_ALPN_FILTER: "false", PILOT_ENABLE_METADATA_EXCHANGE: "false" } },
      },
    },
    instance,
    istioctl: engine.programs.istioctl,
    helm: engine.programs.helm,
    charts: engine.chartsDir,
  };
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64");
}
