import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { readAdminCredentials } from "../cluster/admin-credentials.ts";
import { ApiError, createApiClient, type ApiClient } from "../cluster/api-client.ts";
import { clusterFolder } from "../cluster/cluster-folder.ts";
import { applyCoreDns } from "../cluster/coredns.ts";
import { importImages } from "../cluster/import-images.ts";
import type { ForwardedZone } from "../cluster/node-config.ts";
import { pause } from "../cluster/pause.ts";
import type { EngineParts } from "../engine/parts.ts";
import { certManagerNamespace, deployments, renderClusterManifests, type Manifest } from "./cluster-manifests.ts";
import type { FrontDoorParts } from "./front-door-parts.ts";

export interface CompleteClusterOptions {
  /** The cluster's folder. */
  readonly dir: string;
  readonly nodeAddress: string;
  readonly engine: EngineParts;
  readonly parts: FrontDoorParts;
  readonly dns: ForwardedZone;
  /** The TSIG key's secret, base64. */
  readonly secret: string;
  /** The directory of an ACME server that has forgotten all accounts, where it has. */
  readonly forgets?: string;
  readonly signal: AbortSignal;
}

const pollMs = 200;

/**
 * Makes a cluster of a sandbox take part in its front door: its DNS knows the
 * zone, its node has the images, cert-manager and external-dns run. What is
 * there already is left as it is. Gives what is still missing when the time is
 * over, in words, or undefined. Throws a CommandError or ApiError.
 */
export async function completeCluster(options: CompleteClusterOptions, timeoutMs: number): Promise<string | undefined> {
  const { dir, nodeAddress, engine, parts, dns, secret, signal } = options;
  const { images } = parts;
  const files = clusterFolder(dir);
  const api = patient(createApiClient(await readAdminCredentials(files, nodeAddress)));
  try {
    await Promise.all([
      importImages({ dir, engine, archive: images.archive, names: imageNames(images), signal }),
      applyCoreDns(api, { image: engine.images.coredns, dns }, signal),
      applyKinds(api, parts.certManagerKinds, signal),
    ]);
    for (const wave of renderClusterManifests({ images, server: dns.server, secret })) {
      await Promise.all(wave.map(async (manifest) => apply(api, manifest, signal)));
    }
    if (options.forgets !== undefined) {
      await deleteAccounts(api, options.forgets, signal);
    }
    return await waitUntilAvailable(api, signal, timeoutMs);
  } finally {
    api.close();
  }
}

/** The same with time for each answer: nodes start side by side, on a machine that may have much else to do. */
function patient(api: ApiClient): ApiClient {
  return { ...api, send: async (at, options) => api.send(at, { timeoutMs: 30_000, ...options }) };
}

function imageNames({ certManager, acmeSolver, externalDns }: FrontDoorParts["images"]): readonly string[] {
  return [certManager, acmeSolver, externalDns];
}

/** An issuer whose account's key is gone gets another account; with the old key every order fails for an hour. */
async function deleteAccounts(api: ApiClient, server: string, signal: AbortSignal): Promise<void> {
  const { items } = await listIssuers(api, signal);
  const keys = items.flatMap(({ spec: { acme } }) =>
    acme?.server === server && acme.privateKeySecretRef !== undefined ? [acme.privateKeySecretRef.name] : [],
  );
  await Promise.all(
    keys.map(async (name) =>
      unlessAbsent(async () =>
        api.send(`/api/v1/namespaces/${certManagerNamespace}/secrets/${name}`, { method: "DELETE", signal }),
      ),
    ),
  );
}

/** An API server that has just started answers 429 for custom kinds, "storage is (re)initializing". */
async function listIssuers(api: ApiClient, signal: AbortSignal): Promise<{ readonly items: readonly ClusterIssuer[] }> {
  for (let tries = 50; ; tries -= 1) {
    try {
      const path = "/apis/cert-manager.io/v1/clusterissuers";
      return (await api.send(path, { signal })) as { readonly items: readonly ClusterIssuer[] };
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 429 || tries === 0) {
        throw error;
      }
      await pause(pollMs, signal);
    }
  }
}

/** Undefined for what is not there. */
async function unlessAbsent(send: () => Promise<unknown>): Promise<unknown> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      return undefined;
    }
    throw error;
  }
}

interface ClusterIssuer {
  readonly spec: {
    readonly acme?: { readonly server: string; readonly privateKeySecretRef?: { readonly name: string } };
  };
}

async function applyKinds(api: ApiClient, folder: string, signal: AbortSignal): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".yaml"));
  await Promise.all(
    files.map(async (name) => {
      const object = parse(await readFile(path.join(folder, name), "utf8")) as { metadata: { name: string } };
      const at = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${object.metadata.name}`;
      await apply(api, { path: at, object }, signal);
    }),
  );
}

async function apply(api: ApiClient, { path: at, object }: Manifest, signal: AbortSignal): Promise<void> {
  await api.send(`${at}?fieldManager=isthmus-sandbox&force=true`, {
    method: "PATCH",
    contentType: "application/apply-patch+yaml",
    body: object,
    signal,
  });
}

async function waitUntilAvailable(api: ApiClient, signal: AbortSignal, timeoutMs: number): Promise<string | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const lacking = await listUnavailable(api, signal);
    if (lacking.length === 0 || performance.now() > deadline) {
      return lacking.length === 0 ? undefined : lacking.join("; ");
    }
    await pause(pollMs, signal);
  }
}

interface Deployment {
  readonly metadata: { readonly generation?: number };
  readonly status?: { readonly observedGeneration?: number; readonly availableReplicas?: number };
}

/** The Deployments of a front door that no pod is available of, in words. */
export async function listUnavailable(api: ApiClient, signal: AbortSignal): Promise<readonly string[]> {
  const judged = await Promise.all(
    deployments.map(async ({ namespace, name }) => {
      try {
        const at = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
        const { metadata, status } = (await api.send(at, { signal })) as Deployment;
        const current = status?.observedGeneration === metadata.generation;
        return current && (status?.availableReplicas ?? 0) > 0 ? undefined : `${name} has no available pod`;
      } catch (error) {
        signal.throwIfAborted();
        return `${name}: ${(error as Error).message}`;
      }
    }),
  );
  return judged.filter((one) => one !== undefined);
}
