import { errorOf, warningOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ControlPlane, Installation } from "../model/installed-istio.ts";
import { controlPlaneOf } from "../model/installed-istio.ts";
import type { Json, ObjectId } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { istioReleases, isNewerThanKnown, releaseOf } from "../releases/istio-releases.ts";
import { istioNamespace, meshLabel } from "../render/names.ts";
import { atVersion, installationPatch } from "./installation-patch.ts";
import { judgeClusterLocal } from "./installed-cluster-local.ts";
import { judgeFields } from "./installed-routes.ts";
import { judgeSessions } from "./installed-sessions.ts";
import { judgeGateways } from "./installed-gateways.ts";
import { kubectlLine } from "../kubectl-line.ts";
import { quoteCommand } from "../quote-command.ts";

/** What keeps a cluster from being joined as it is, each with the change for the tool that installs Istio. */
export function judgeInstallation(mesh: Mesh, one: Installation): readonly Diagnostic[] {
  const { cluster, installed } = one;
  const plane = controlPlaneOf(installed);
  if (plane === undefined) {
    return [installed.controlPlanes.length === 0 ? noIstio(one) : severalPlanes(one)];
  }
  if (plane.namespace !== istioNamespace) {
    return [elsewhere(one, plane)];
  }
  if (plane.own) {
    return [madeByIsthmus(one, plane)];
  }
  const unknown = unknownRelease(plane);
  return [
    ...(unknown === undefined ? [] : [{ ...unknown, cluster: cluster.name, object: objectOf(plane) }]),
    ...judgeSettings(mesh, one, plane),
    ...(installed.readerAccount ? [] : [noReader(one, plane)]),
    ...judgeGateways(mesh, one),
    ...judgeFields(mesh, cluster, plane),
    ...judgeClusterLocal(mesh, one, plane),
    ...judgeSessions(mesh, one, plane),
  ];
}

/** Clusters whose workloads are called under another trust domain than those of the first: their names are not trusted without aliases. */
export function judgeTrustDomains(all: readonly Installation[]): readonly Diagnostic[] {
  const planes = all.flatMap((one) => {
    const plane = controlPlaneOf(one.installed);
    return plane === undefined ? [] : [{ ...one, plane }];
  });
  const [first, ...others] = planes;
  return first === undefined
    ? []
    : others
        .filter(({ plane }) => plane.trustDomain !== first.plane.trustDomain)
        .map(({ cluster, context, plane }) => ({
          ...warningOf("ISM582"),
          detail: `Workloads of ${cluster.name} are called under the trust domain ${plane.trustDomain}, those of ${first.cluster.name} under ${first.plane.trustDomain}. Without meshConfig.trustDomainAliases each refuses the other's names, and policies that name principals do not apply to them.`,
          fix: `${installationPatch(plane, context, { meshConfig: { trustDomain: first.plane.trustDomain } })}
Or list each other's trust domain under meshConfig.trustDomainAliases in both.`,
          cluster: cluster.name,
          object: objectOf(plane),
        }));
}

function objectOf({ namespace, name }: ControlPlane): ObjectId {
  return { group: "apps", kind: "Deployment", namespace, name };
}

function noIstio({ cluster, context }: Installation): Diagnostic {
  return {
    ...errorOf("ISM575"),
    detail: `${cluster.name} has no Deployment with the label app=istiod in any namespace. Nothing was changed.`,
    fix: `Install Istio there first, look whether the context is right (${kubectlLine(context)} get deploy -A -l app=istiod), or let isthmus install it: install: istioctl or install: helm.`,
    cluster: cluster.name,
  };
}

function severalPlanes({ cluster, context, installed }: Installation): Diagnostic {
  const all = installed.controlPlanes.map(({ namespace, name, revision }) => `${namespace}/${name} (${revision})`);
  return {
    ...errorOf("ISM576"),
    detail: `${cluster.name} has ${all.length} control planes: ${all.join(", ")}. Nothing was changed.`,
    fix: `Finish the upgrade: move the namespaces to one revision and take the other away with the tool that installed it (istioctl uninstall --context ${quoteCommand([context])} --revision REVISION, or helm uninstall --kube-context ${quoteCommand([context])}).`,
    cluster: cluster.name,
  };
}

function elsewhere({ cluster }: Installation, plane: ControlPlane): Diagnostic {
  return {
    ...errorOf("ISM575"),
    detail: `istiod of ${cluster.name} is in namespace ${plane.namespace}. This version joins control planes in ${istioNamespace} only. Nothing was changed.`,
    fix: `Install Istio in ${istioNamespace}.`,
    cluster: cluster.name,
    object: objectOf(plane),
  };
}

/** Its objects are in the inventory: without them in the mesh file the next pruning would delete them. */
function madeByIsthmus({ cluster }: Installation, plane: ControlPlane): Diagnostic {
  return {
    ...errorOf("ISM583"),
    detail: `Deployment ${plane.namespace}/${plane.name} of ${cluster.name} carries the label ${meshLabel}: isthmus has installed it, and lists it in its inventory. Nothing was changed.`,
    fix: "Write the install that made it (istioctl, helm, operator or rancher). To have another tool install Istio: isthmus remove with that file, install it by the tool, and apply with install: existing.",
    cluster: cluster.name,
    object: objectOf(plane),
  };
}

function unknownRelease({ namespace, name, version }: ControlPlane): Diagnostic | undefined {
  return version === "" || releaseOf(version) !== undefined || isNewerThanKnown(version)
    ? undefined
    : {
        ...errorOf("ISM575"),
        detail: `Deployment ${namespace}/${name} is Istio ${version}, older than every release that isthmus knows. Nothing was changed.`,
        fix: `Upgrade it to Istio ${istioReleases[0]?.minor ?? ""} or newer.`,
      };
}

function judgeSettings(mesh: Mesh, { cluster, context }: Installation, plane: ControlPlane): readonly Diagnostic[] {
  const { values } = plane;
  const asked: readonly (readonly [path: string, is: string | undefined, wanted: string, patch: Json])[] = [
    ["global.meshID", values.meshID, mesh.name, { meshID: mesh.name }],
    [
      "global.multiCluster.clusterName",
      values.clusterName,
      cluster.name,
      { multiCluster: { clusterName: cluster.name } },
    ],
    ["global.network", values.network, cluster.network, { network: cluster.network }],
  ];
  const wrong = asked.filter(([, is, wanted]) => is !== wanted);
  if (wrong.length === 0) {
    return [];
  }
  const words = wrong.map(([path, is, wanted]) => `${path} is ${is ?? "not set"}, and the mesh file says ${wanted}`);
  const global = Object.assign({}, ...wrong.map(([, , , patch]) => patch)) as { readonly [key: string]: Json };
  return [
    {
      ...errorOf("ISM577"),
      detail: `Deployment ${plane.namespace}/${plane.name} of ${cluster.name} is installed with other values than the mesh file has: ${words.join("; ")}. Nothing was changed.`,
      fix: `${installationPatch(plane, context, { global })}\nOr write what is installed into the mesh file (metadata.name, name and network of spec.clusters[]).`,
      cluster: cluster.name,
      object: objectOf(plane),
    },
  ];
}

function noReader({ cluster, context }: Installation, plane: ControlPlane): Diagnostic {
  return {
    ...errorOf("ISM577"),
    detail: `${cluster.name} has no ServiceAccount ${istioNamespace}/istio-reader-service-account, with which the other clusters' istiods read it. Istio's base chart and istioctl make it. Nothing was changed.`,
    fix:
      plane.tool === "istioctl"
        ? "Install the component base, which istioctl's profiles have."
        : `Install the base chart: helm install istio-base istio/base ${atVersion(plane)} --kube-context ${quoteCommand([context])} -n ${istioNamespace} --set defaultRevision=${plane.revision}`,
    cluster: cluster.name,
    object: { group: "", kind: "ServiceAccount", namespace: istioNamespace, name: "istio-reader-service-account" },
  };
}
