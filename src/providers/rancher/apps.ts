import { setTimeout as pause } from "node:timers/promises";
import type { Json } from "../../core/model/kube-object.ts";
import { isRecord, textOf } from "../../kube/kubeconfig/read-fields.ts";
import { collectPages } from "./collect-pages.ts";
import { RancherError } from "./rancher-error.ts";
import type { RancherRequests } from "./rancher-requests.ts";

type Values = { readonly [key: string]: Json };

/** A chart of a ClusterRepo as a release. */
export interface AppChart {
  readonly chartName: string;
  readonly version: string;
  readonly releaseName: string;
  readonly values?: Values;
}

export interface AppRequest {
  readonly clusterId: string;
  /** The ClusterRepo; Rancher's own is `rancher-charts`. */
  readonly repo: string;
  readonly namespace: string;
  /** `c-abcde:p-fghij`; the namespace is made in it. Install only. */
  readonly projectId?: string;
  /** In the order of installation: a CRD chart comes before the one that needs it. */
  readonly charts: readonly AppChart[];
  /** For helm's own waiting. Default 600. */
  readonly timeoutSeconds?: number;
}

/** A run of helm in the cluster. */
export interface AppOperation {
  readonly clusterId: string;
  readonly namespace: string;
  readonly name: string;
  /** `install rancher-istio`, for messages. */
  readonly subject: string;
}

/** What the verbs on apps share. */
export interface AppPlace {
  readonly url: string;
  readonly requests: RancherRequests;
  readonly clusterName: (clusterId: string, signal: AbortSignal) => Promise<string>;
  /** Between two looks at an operation, in milliseconds. */
  readonly pollMs: number;
}

/** Starts an installation; the charts' values get what Rancher's dashboard adds (`global.cattle`). */
export async function installApp(place: AppPlace, request: AppRequest, signal: AbortSignal): Promise<AppOperation> {
  return start(place, request, "install", signal);
}

/** Starts an upgrade, or an installation where the release is not there. Values are replaced, not merged. */
export async function upgradeApp(place: AppPlace, request: AppRequest, signal: AbortSignal): Promise<AppOperation> {
  return start(place, request, "upgrade", signal);
}

async function start(
  place: AppPlace,
  request: AppRequest,
  action: "install" | "upgrade",
  signal: AbortSignal,
): Promise<AppOperation> {
  const { clusterId, repo, namespace, projectId, charts, timeoutSeconds = 600 } = request;
  const subject = `${action} ${charts.map((one) => one.releaseName).join(" and ")}`;
  const cattle = await cattleValues(place, clusterId, signal);
  const { body } = await place.requests.send({
    method: "POST",
    path: `/k8s/clusters/${clusterId}/v1/catalog.cattle.io.clusterrepos/${encodeURIComponent(repo)}?action=${action}`,
    subject,
    clusterId,
    signal,
    body: {
      namespace,
      wait: true,
      timeout: `${timeoutSeconds}s`,
      noHooks: false,
      disableOpenAPIValidation: false,
      skipSchemaValidation: false,
      ...(action === "upgrade" ? { install: true } : {}),
      ...(action === "install" && projectId !== undefined ? { projectId } : {}),
      charts: charts.map((chart) => ({
        chartName: chart.chartName,
        version: chart.version,
        releaseName: chart.releaseName,
        // Where the dashboard looks for a newer version of the app.
        annotations: {
          "catalog.cattle.io/ui-source-repo": repo,
          "catalog.cattle.io/ui-source-repo-type": "cluster",
        },
        values: addCattleValues(chart.values ?? {}, cattle),
        ...(action === "upgrade" ? { resetValues: true } : {}),
      })),
    },
  });
  return operationOf(place, clusterId, subject, body);
}

/** Starts a removal; undefined when the app is not there. */
export async function uninstallApp(
  place: AppPlace,
  app: { readonly clusterId: string; readonly namespace: string; readonly releaseName: string },
  signal: AbortSignal,
): Promise<AppOperation | undefined> {
  const subject = `uninstall ${app.releaseName}`;
  try {
    const { body } = await place.requests.send({
      method: "POST",
      path: `/k8s/clusters/${app.clusterId}/v1/catalog.cattle.io.apps/${encodeURIComponent(app.namespace)}/${encodeURIComponent(app.releaseName)}?action=uninstall`,
      subject,
      clusterId: app.clusterId,
      signal,
      body: {},
    });
    return operationOf(place, app.clusterId, subject, body);
  } catch (error) {
    if (error instanceof RancherError && error.kind === "not-found") {
      return undefined;
    }
    throw error;
  }
}

function operationOf(
  { url }: AppPlace,
  clusterId: string,
  subject: string,
  body: Readonly<Record<string, unknown>>,
): AppOperation {
  const [name, namespace] = [textOf(body["operationName"]), textOf(body["operationNamespace"])];
  if (name === undefined || namespace === undefined) {
    throw new RancherError({ kind: "not-rancher", url, subject, clusterId, message: "the answer names no operation" });
  }
  return { clusterId, namespace, name, subject };
}

export interface OperationWait {
  readonly timeoutMs: number;
  /** Told whenever Rancher's words about it change. */
  readonly onState?: (words: string) => void;
}

/**
 * Waits until helm's pod has ended. Rejects with a RancherError of kind
 * `operation` when it failed (with helm's last words) or the time is up (with
 * what is pending).
 */
export async function waitForOperation(
  place: AppPlace,
  operation: AppOperation,
  { timeoutMs, onState = () => {} }: OperationWait,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  const fail = (message: string): RancherError =>
    new RancherError({
      kind: "operation",
      url: place.url,
      subject: operation.subject,
      clusterId: operation.clusterId,
      message: `${message} (operation ${operation.namespace}/${operation.name})`,
    });
  for (let last = ""; ;) {
    const state = await readOperation(place, operation, signal);
    if (state.kind === "failed") {
      throw fail(state.words);
    }
    if (state.kind === "done") {
      return;
    }
    if (state.words !== last) {
      last = state.words;
      onState(last);
    }
    if (Date.now() + place.pollMs > deadline) {
      throw fail(`not done after ${Math.round(timeoutMs / 1000)} s: ${last}`);
    }
    await pause(place.pollMs, undefined, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    });
  }
}

interface OperationState {
  readonly kind: "pending" | "done" | "failed";
  readonly words: string;
}

/** Conditions `Reconciling` and `Stalled`: https://github.com/rancher/rancher, pkg/controllers/dashboard/helm/operations.go. */
async function readOperation(
  { requests }: AppPlace,
  { clusterId, namespace, name, subject }: AppOperation,
  signal: AbortSignal,
): Promise<OperationState> {
  const { body } = await requests.send({
    method: "GET",
    path: `/k8s/clusters/${clusterId}/v1/catalog.cattle.io.operations/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`,
    subject: `follow "${subject}"`,
    clusterId,
    signal,
  });
  const status = isRecord(body["status"]) ? body["status"] : {};
  const conditions = (Array.isArray(status["conditions"]) ? status["conditions"] : []).filter(isRecord);
  const [stalled, reconciling] = ["Stalled", "Reconciling"].map((type) =>
    conditions.find((one) => one["type"] === type),
  );
  if (stalled?.["status"] === "True") {
    return { kind: "failed", words: textOf(stalled["message"]) ?? "helm failed" };
  }
  return reconciling?.["status"] === "False"
    ? { kind: "done", words: "" }
    : { kind: "pending", words: textOf(reconciling?.["message"]) ?? "waiting for helm's pod" };
}

/** What the dashboard gives every chart of Rancher's: cluster, address, registry, system project. */
async function cattleValues(place: AppPlace, clusterId: string, signal: AbortSignal): Promise<Values> {
  const subject = "read what charts are told of the cluster";
  const [clusterName, registry, projects] = await Promise.all([
    place.clusterName(clusterId, signal),
    place.requests.send({ method: "GET", path: "/v3/settings/system-default-registry", subject, signal }),
    collectPages(place.requests, {
      path: `/v3/projects?clusterId=${encodeURIComponent(clusterId)}`,
      subject,
      clusterId,
      signal,
    }),
  ]);
  const system = projects
    .filter(isRecord)
    .find((one) => isRecord(one["labels"]) && one["labels"]["authz.management.cattle.io/system-project"] === "true");
  const systemProjectId = textOf(system?.["id"])?.split(":")[1];
  return {
    clusterId,
    clusterName,
    systemDefaultRegistry: textOf(registry.body["value"]) ?? "",
    ...(systemProjectId === undefined ? {} : { systemProjectId }),
    url: place.url,
    rkePathPrefix: "",
    rkeWindowsPathPrefix: "",
  };
}

/** The user's own values win over what is added. */
function addCattleValues(values: Values, cattle: Values): Values {
  const global = asValues(values["global"]);
  return {
    ...values,
    global: {
      systemDefaultRegistry: cattle["systemDefaultRegistry"] ?? "",
      ...global,
      cattle: { ...cattle, ...asValues(global["cattle"]) },
    },
  };
}

function asValues(value: Json | undefined): Values {
  return isRecord(value) ? value : {};
}
