import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { findNearNames } from "../../kube/kubeconfig/near-names.ts";
import { isRecord, textOf } from "../../kube/kubeconfig/read-fields.ts";
import { collectPages } from "./collect-pages.ts";
import type { RancherServer } from "./rancher-server.ts";
import { rancherDiagnostic } from "./rancher-diagnostic.ts";

/** A cluster as Rancher's `/v3/clusters` gives it. */
export interface RancherCluster {
  /** `c-abcde`, `c-m-abcdefgh` or `local`. */
  readonly id: string;
  readonly name: string;
  /** `active` when all is well; `unavailable`, `provisioning`, `waiting`, … */
  readonly state: string;
  /** Why the state is as it is, in Rancher's words. */
  readonly message?: string;
  /** `v1.33.1+rke2r1`; undefined before the cluster's agent has connected once. */
  readonly kubernetesVersion?: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Project network isolation. */
  readonly networkIsolation: boolean;
  /** The address and authority by which the cluster is reached without Rancher, where that is enabled. */
  readonly authorizedEndpoint?: { readonly fqdn?: string; readonly caCerts?: string };
}

/** A cluster from its JSON; undefined for what is none. */
export function readCluster(json: unknown): RancherCluster | undefined {
  if (!isRecord(json)) {
    return undefined;
  }
  const id = textOf(json["id"]);
  if (id === undefined) {
    return undefined;
  }
  const message = textOf(json["transitioningMessage"]);
  const kubernetesVersion = isRecord(json["version"]) ? textOf(json["version"]["gitVersion"]) : undefined;
  return {
    id,
    name: textOf(json["name"]) ?? id,
    state: textOf(json["state"]) ?? "unknown",
    ...(message === undefined ? {} : { message }),
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    annotations: textsOf(json["annotations"]),
    networkIsolation: json["enableNetworkPolicy"] === true,
    ...readEndpoint(json["localClusterAuthEndpoint"]),
  };
}

function readEndpoint(json: unknown): Pick<RancherCluster, "authorizedEndpoint"> {
  if (!isRecord(json) || json["enabled"] !== true) {
    return {};
  }
  const [fqdn, caCerts] = [textOf(json["fqdn"]), textOf(json["caCerts"])];
  return {
    authorizedEndpoint: { ...(fqdn === undefined ? {} : { fqdn }), ...(caCerts === undefined ? {} : { caCerts }) },
  };
}

/** A mapping's texts by key; anything else in it is left out. */
export function textsOf(json: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(isRecord(json) ? json : {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** All clusters that the user sees, by name. */
export async function listClusters(
  { requests }: RancherServer,
  signal: AbortSignal,
): Promise<readonly RancherCluster[]> {
  const items = await collectPages(requests, { path: "/v3/clusters", subject: "list clusters", signal });
  return items
    .map(readCluster)
    .filter((one): one is RancherCluster => one !== undefined)
    .toSorted((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
}

/** One of these as `pickCluster` has it. */
export async function findCluster(
  server: RancherServer,
  idOrName: string,
  signal: AbortSignal,
): Promise<RancherCluster> {
  return pickCluster(await listClusters(server, signal), idOrName, server.url);
}

/**
 * The cluster of that ID, else the one of that name. Throws a UserError (65):
 * ISM289 when there is none, with names that may have been meant, ISM290 when
 * several have the name.
 */
export function pickCluster(clusters: readonly RancherCluster[], idOrName: string, url: string): RancherCluster {
  const byName = clusters.filter((one) => one.name === idOrName);
  const found = clusters.find((one) => one.id === idOrName) ?? (byName.length === 1 ? byName[0] : undefined);
  if (found !== undefined) {
    return found;
  }
  const problem = byName.length > 1 ? ambiguous(byName, idOrName, url) : unknown(clusters, idOrName, url);
  throw new UserError([problem], exitCodes.invalidMeshFile);
}

function ambiguous(found: readonly RancherCluster[], name: string, url: string): Diagnostic {
  return rancherDiagnostic("ISM290", {
    detail: `Rancher at ${url} has ${found.length} clusters called ${name}: ${found.map((one) => `${one.id} (${one.state})`).join(", ")}.`,
    fix: "Use the ID of the one that is meant.",
  });
}

function unknown(clusters: readonly RancherCluster[], idOrName: string, url: string): Diagnostic {
  const near = findNearNames(idOrName, [...clusters.map((one) => one.id), ...clusters.map((one) => one.name)]);
  const known =
    clusters.length === 0
      ? "It shows this user no cluster at all"
      : `It has ${clusters.map((one) => `${one.name} (${one.id})`).join(", ")}`;
  return rancherDiagnostic("ISM289", {
    detail: `Rancher at ${url} has no cluster ${JSON.stringify(idOrName)}. ${known}.`,
    fix:
      near.length > 0
        ? `Did you mean ${near.join(" or ")}?`
        : "Use one of these IDs, or make the token's user a member of the cluster.",
  });
}

/** An ISM291 for a cluster that Rancher itself says is not usable now; undefined for one that is. `updating` ones work. */
export function diagnoseClusterState(cluster: RancherCluster, url: string): Diagnostic | undefined {
  if (["active", "updating", "upgrading"].includes(cluster.state)) {
    return undefined;
  }
  const message = cluster.message === undefined ? "" : `: ${cluster.message.replace(/\.$/, "")}`;
  return rancherDiagnostic("ISM291", {
    detail: `Rancher at ${url} has the cluster ${cluster.name} (${cluster.id}) in the state ${cluster.state}${message}.`,
    fix: "See in the cluster whether Rancher's agent runs:\n    kubectl -n cattle-system get pods -l app=cattle-cluster-agent",
  });
}
