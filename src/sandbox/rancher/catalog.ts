import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Json, KubeObject } from "../../core/model/kube-object.ts";
import { isRecord } from "../../kube/kubeconfig/read-fields.ts";
import type { ObjectReference } from "../../kube/object-reference.ts";
import { AnswerError, readBody, sendJson } from "./answer.ts";
import type { CatalogRequest, ReleaseRequest } from "./catalog-request.ts";
import { onlyChart, readCatalogRequest, readRelease } from "./catalog-request.ts";
import type { RancherCluster } from "./managed-cluster.ts";
import type { Rancher } from "./rancher.ts";
import { projectIdField, rancherFieldManager, spell } from "./rancher-names.ts";
import { runChart } from "./run-chart.ts";
import { formatTime } from "./v3-resource.ts";

const apiVersion = "catalog.cattle.io/v1";
/** Where Rancher keeps the pods of its helm operations. */
const operationNamespace = "cattle-system";

/** What an operation is about, and where. */
interface Job {
  readonly rancher: Rancher;
  readonly cluster: RancherCluster;
  readonly action: "install" | "upgrade" | "uninstall";
  readonly release: ReleaseRequest;
  readonly operation: string;
  readonly signal: AbortSignal;
}

/** True for paths of steve's API that are about the catalog, within a cluster. */
export function isCatalogPath(path: string): boolean {
  return path.startsWith("/v1/catalog.cattle.io.");
}

/**
 * Rancher's catalog for the one chart `rancher-istio` (RANCHER
 * steve/catalog/operation.go, catalogv2/helmop): install and upgrade at a
 * ClusterRepo, uninstall at an App. Answers with the Operation as soon as that
 * is written; the work itself goes on until `ending` fires, and the App's
 * `spec.info.status` says how it went.
 */
export async function serveCatalog(
  rancher: Rancher,
  request: IncomingMessage,
  response: ServerResponse,
  { cluster, url, path, ending }: { cluster: RancherCluster; url: URL; path: string; ending: AbortSignal },
): Promise<void> {
  const asked = readCatalogRequest(request.method, path, url.searchParams);
  if (asked === undefined) {
    throw steveError(404, "NotFound", `the double has no ${path}`);
  }
  if (asked.action === "read") {
    const { kind, namespace, name } = asked;
    const object = await find(cluster, { apiVersion, kind, namespace, name }, ending);
    sendJson(response, 200, { id: `${namespace}/${name}`, type: path.split("/")[2], links: {}, ...object });
    return;
  }
  const release = await findRelease(cluster, asked, await readBody(request), ending);
  const operation = `helm-operation-${spell(randomBytes(5))}`;
  const job: Job = { rancher, cluster, action: asked.action, release, operation, signal: ending };
  await begin(job);
  work(job).catch((error: unknown) => {
    rancher.log(`${operation}: ${(error as Error).message}`);
  });
  sendJson(response, 201, { type: "chartActionOutput", links: {}, operationName: operation, operationNamespace });
}

async function findRelease(
  cluster: RancherCluster,
  asked: Exclude<CatalogRequest, { action: "read" }>,
  body: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<ReleaseRequest> {
  if (asked.action === "uninstall") {
    const { namespace, name } = asked;
    await find(cluster, { apiVersion, kind: "App", namespace, name }, signal);
    return { release: name, version: "", namespace, projectId: "", description: "", values: {}, overlay: "" };
  }
  await find(cluster, { apiVersion, kind: "ClusterRepo", name: asked.repo }, signal);
  const release = readRelease(body);
  if (typeof release === "string") {
    throw steveError(422, "InvalidBodyContent", release);
  }
  return release;
}

/** Namespaces, the Operation, and the App as not done yet. */
async function begin(job: Job): Promise<void> {
  const { cluster, action, release, operation } = job;
  await apply(job, { apiVersion: "v1", kind: "Namespace", metadata: { name: operationNamespace } });
  await ensureNamespace(job);
  await reportOperation(job, "pending");
  if (action !== "uninstall") {
    await reportApp(job, `pending-${action}`, "");
  }
  job.rancher.log(`cluster ${cluster.id}: ${operation} begins: ${action} of ${release.namespace}/${release.release}`);
}

/** A request that names no project leaves a namespace where it is. */
async function ensureNamespace(job: Job): Promise<void> {
  const { namespace: name, projectId } = job.release;
  const reference = { apiVersion: "v1", kind: "Namespace", name };
  if (projectId !== "") {
    const metadata = { name, annotations: { [projectIdField]: projectId } };
    await apply(job, { apiVersion: "v1", kind: "Namespace", metadata });
  } else if ((await job.cluster.client.get(reference, { signal: job.signal })) === undefined) {
    await apply(job, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
}

async function work(job: Job): Promise<void> {
  const { rancher, cluster, action, release, operation, signal } = job;
  const problem = await runChart({
    cluster,
    istioctl: rancher.engine.programs.istioctl,
    action: action === "uninstall" ? "uninstall" : "install",
    overlay: release.overlay,
    signal,
    onLine: (line) => rancher.log(`${operation}: ${line}`),
  });
  if (action === "uninstall" && problem === undefined) {
    await cluster.client.delete(appOf(release), { signal });
  } else if (action !== "uninstall") {
    await reportApp(job, problem === undefined ? "deployed" : "failed", problem ?? release.description);
  }
  await reportOperation(job, problem ?? "done");
  rancher.log(`cluster ${cluster.id}: ${operation} ${problem === undefined ? "is done" : `failed: ${problem}`}`);
}

/** The Operation with the conditions by which Rancher says how helm's pod is (RANCHER controllers/dashboard/helm/operations.go). */
async function reportOperation(job: Job, state: string): Promise<void> {
  const { action, release, operation, rancher } = job;
  const at = formatTime(rancher.now());
  const failed = state !== "pending" && state !== "done";
  await apply(job, {
    apiVersion,
    kind: "Operation",
    metadata: { name: operation, namespace: operationNamespace },
    status: {
      observedGeneration: 1,
      action,
      chart: onlyChart,
      version: release.version,
      releaseName: release.release,
      namespace: release.namespace,
      projectId: release.projectId,
      conditions: [
        { type: "Reconciling", status: state === "pending" ? "True" : "False", lastUpdateTime: at },
        ...(failed ? [{ type: "Stalled", status: "True", message: state, lastUpdateTime: at }] : []),
      ],
    },
  });
}

async function reportApp(job: Job, status: string, description: string): Promise<void> {
  const { release, rancher } = job;
  const before = await job.cluster.client.get(appOf(release), { signal: job.signal });
  const spec = isRecord(before?.["spec"]) ? before["spec"] : {};
  const info = isRecord(spec["info"]) ? spec["info"] : {};
  const at = formatTime(rancher.now());
  const count = typeof spec["version"] === "number" ? spec["version"] : 0;
  await apply(job, {
    apiVersion,
    kind: "App",
    metadata: { name: release.release, namespace: release.namespace },
    spec: {
      name: release.release,
      namespace: release.namespace,
      version: status.startsWith("pending-") ? count + 1 : count,
      helmVersion: 3,
      chart: { metadata: { name: onlyChart, version: release.version } },
      values: release.values as { readonly [key: string]: Json },
      info: {
        status,
        description,
        firstDeployed: info["firstDeployed"] === undefined ? at : String(info["firstDeployed"]),
        lastDeployed: at,
      },
    },
    status: { summary: { state: status, error: status === "failed", transitioning: status.startsWith("pending-") } },
  });
}

async function apply({ cluster, signal }: Job, object: KubeObject): Promise<void> {
  await cluster.client.apply(object, { signal, force: true, fieldManager: rancherFieldManager });
}

async function find(cluster: RancherCluster, reference: ObjectReference, signal: AbortSignal): Promise<KubeObject> {
  const object = await cluster.client.get(reference, { signal });
  if (object === undefined) {
    throw steveError(
      404,
      "NotFound",
      `${reference.kind.toLowerCase()}s.catalog.cattle.io "${reference.name}" not found`,
    );
  }
  return object;
}

function appOf({ namespace, release }: ReleaseRequest): ObjectReference {
  return { apiVersion, kind: "App", namespace, name: release };
}

/** An error as steve's API gives it (rancher/apiserver pkg/writer). */
function steveError(status: number, code: string, message: string): AnswerError {
  return new AnswerError(status, message, { type: "error", links: {}, code, message, status });
}
