import type { KubeObject } from "../../core/model/kube-object.ts";
import { setTimeout as sleep } from "node:timers/promises";
import type { CallOptions, KubeClient } from "../../kube/client.ts";
import { rancherFieldManager } from "./rancher-names.ts";

interface CustomKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: "Cluster" | "Namespaced";
  /** Fields beside `spec` and `status`, which take anything. */
  readonly fields?: Readonly<Record<string, object>>;
}

const management = { group: "management.cattle.io", version: "v3" } as const;
const catalog = { group: "catalog.cattle.io", version: "v1" } as const;

/**
 * What of Rancher's kinds its own cluster has here. The schemas are the
 * double's own and short: `spec` and `status` take what they are given.
 */
const localKinds: readonly CustomKind[] = [
  { ...management, kind: "Cluster", plural: "clusters", scope: "Cluster" },
  { ...management, kind: "Project", plural: "projects", scope: "Namespaced" },
  {
    ...management,
    kind: "ClusterProxyConfig",
    plural: "clusterproxyconfigs",
    scope: "Namespaced",
    fields: { enabled: { type: "boolean" } },
  },
  {
    ...management,
    kind: "Setting",
    plural: "settings",
    scope: "Cluster",
    fields: {
      value: { type: "string" },
      default: { type: "string" },
      customized: { type: "boolean" },
      source: { type: "string" },
    },
  },
];

/** What of Rancher's kinds the clusters that it manages have here. */
const downstreamKinds: readonly CustomKind[] = [
  { ...catalog, kind: "ClusterRepo", plural: "clusterrepos", scope: "Cluster" },
  { ...catalog, kind: "App", plural: "apps", scope: "Namespaced" },
  { ...catalog, kind: "Operation", plural: "operations", scope: "Namespaced" },
];

/** Makes Rancher's own kinds known to its `local` cluster and waits until they are served. */
export async function applyLocalKinds(client: KubeClient, { signal }: CallOptions): Promise<void> {
  await applyKinds(client, localKinds, signal);
}

/** The same for a managed cluster, with the ClusterRepo that Rancher has there by default (RANCHER pkg/catalogv2). */
export async function applyDownstreamKinds(client: KubeClient, { signal }: CallOptions): Promise<void> {
  await applyKinds(client, downstreamKinds, signal);
  await client.apply(
    {
      apiVersion: "catalog.cattle.io/v1",
      kind: "ClusterRepo",
      metadata: { name: "rancher-charts" },
      spec: { gitRepo: "https://git.rancher.io/charts", gitBranch: "release-v2.12" },
    },
    { signal, force: true, fieldManager: rancherFieldManager },
  );
}

async function applyKinds(client: KubeClient, kinds: readonly CustomKind[], signal: AbortSignal): Promise<void> {
  await Promise.all(
    kinds.map(async (kind) =>
      client.apply(renderKind(kind), { signal, force: true, fieldManager: rancherFieldManager }),
    ),
  );
  for (const { group, version, kind } of kinds) {
    while (!(await client.hasKind({ apiVersion: `${group}/${version}`, kind }, { signal }))) {
      await sleep(100, undefined, { signal });
    }
  }
}

function renderKind({ group, version, kind, plural, scope, fields = {} }: CustomKind): KubeObject {
  const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", properties: { spec: open, status: open, ...fields } } },
        },
      ],
    },
  };
}
