import type { InstalledIstio } from "../model/installed-istio.ts";
import { controlPlaneOf, defaultRevision } from "../model/installed-istio.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { Cluster, Mesh } from "../model/mesh.ts";
import { revisionOf } from "./istio-operator.ts";
import type { Materials } from "./materials.ts";
import { istioNamespace, networkLabel } from "./names.ts";
import { podSecurityLabels } from "./pod-security.ts";
import { namespaceQuota, projectOf } from "./project.ts";
import { serviceNamespaces } from "./service-namespaces.ts";

/**
 * `istio-system` with the cluster's network, and every service's namespace
 * with sidecar injection. The network label tells istiod the default network
 * of the cluster; without it endpoints are taken for local ones (https://istio.io/latest/docs/reference/config/labels/).
 *
 * In Rancher all of them are in the mesh's project: its network isolation
 * admits traffic within a project only, so that an ingress gateway in one
 * project does not reach a service in another or in none (docs/guides/from-the-runbook.md, S9; docs/rancher-double.md).
 */
export function renderNamespaces(
  mesh: Mesh,
  cluster: Cluster,
  { installed }: Pick<Materials, "installed"> = {},
): KubeObject[] {
  return [
    renderIstioNamespace(mesh, cluster),
    ...serviceNamespaces(mesh).map((name) =>
      namespace(mesh, cluster, name, { labels: injectionOf(mesh, name, installed?.[cluster.name]), annotations: {} }),
    ),
  ];
}

/**
 * What has pods of the namespace injected. A control plane with a revision is
 * asked by `istio.io/rev` alone: `istio-injection` beside it goes before, and
 * then nobody injects (https://istio.io/latest/docs/setup/upgrade/canary/). What
 * the namespace says already stays, as far as it leads to the control plane;
 * else one tag is better than its revision, which the next upgrade replaces.
 */
function injectionOf(
  mesh: Mesh,
  name: string,
  installed: InstalledIstio | undefined,
): Readonly<Record<string, string>> {
  const own = revisionOf(mesh.istio.values);
  if (own !== undefined) {
    return { "istio.io/rev": own };
  }
  const plane = controlPlaneOf(installed);
  if (plane === undefined || plane.revision === defaultRevision) {
    return { "istio-injection": "enabled" };
  }
  const said = installed?.injection[name]?.revision;
  const leads = said !== undefined && [plane.revision, ...plane.tags].includes(said);
  const [tag, second] = plane.tags;
  return { "istio.io/rev": leads ? said : tag !== undefined && second === undefined ? tag : plane.revision };
}

function renderIstioNamespace(mesh: Mesh, cluster: Cluster): KubeObject {
  const selector = mesh.istio.nodeSelector;
  return namespace(mesh, cluster, istioNamespace, {
    labels: { [networkLabel]: cluster.network },
    annotations: {
      ...(selector === undefined
        ? {}
        : {
            "scheduler.alpha.kubernetes.io/node-selector": Object.keys(selector)
              .sort()
              .map((key) => `${key}=${selector[key]}`)
              .join(","),
          }),
      ...containerDefaults(mesh, cluster),
    },
  });
}

/**
 * Rancher makes a LimitRange of its own in every namespace of a project with
 * container defaults, and the namespace's annotation goes before the project's
 * (docs/rancher-double.md). With the mesh's defaults there too, it says the same as ours:
 * of two that differ nobody knows which one counts.
 */
function containerDefaults(mesh: Mesh, cluster: Cluster): Marks["annotations"] {
  const defaults = mesh.istio.containerDefaults;
  return defaults === undefined || projectOf(mesh, cluster) === undefined
    ? {}
    : { "field.cattle.io/containerDefaultResourceLimit": JSON.stringify(defaults) };
}

interface Marks {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

function namespace(mesh: Mesh, cluster: Cluster, name: string, own: Marks): KubeObject {
  const project = projectMarks(mesh, cluster);
  const annotations = { ...own.annotations, ...project.annotations };
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      labels: { ...own.labels, ...project.labels, ...podSecurityLabels(mesh) },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
  };
}

/**
 * What puts a namespace into a Rancher project: the annotation is the truth,
 * the label is what Rancher's agent copies from it and network policies go by
 * (docs/rancher-double.md); giving both saves the time in between. The runbook's
 * `lifecycle.cattle.io/create.namespace-auth` is left out: set by hand it
 * makes Rancher skip the very step that hands out the quota (docs/guides/from-the-runbook.md, S5).
 */
function projectMarks(mesh: Mesh, cluster: Cluster): Marks {
  const project = projectOf(mesh, cluster);
  if (project === undefined) {
    return { labels: {}, annotations: {} };
  }
  const quota = namespaceQuota(mesh);
  return {
    labels: { "field.cattle.io/projectId": project.name },
    annotations: {
      "field.cattle.io/projectId": project.id,
      ...(quota === undefined ? {} : { "field.cattle.io/resourceQuota": JSON.stringify({ limit: quota }) }),
    },
  };
}
