import { performance } from "node:perf_hooks";
import type { KubeObject } from "../core/model/kube-object.ts";
import { ownFieldManager } from "../core/render/names.ts";
import type { DeleteOptions, KubeClient, KubeClientOptions, KubeLimits } from "./client.ts";
import type { Connection } from "./connection.ts";
import { createDiscovery } from "./discovery.ts";
import { KubeError } from "./errors.ts";
import { readObject, readParsed } from "./read-answer.ts";
import { listObjects } from "./list-objects.ts";
import type { ObjectReference } from "./object-reference.ts";
import { referenceOf } from "./object-reference.ts";
import { createPodRequests } from "./pod-http-get.ts";
import { readPodLog } from "./pod-log.ts";
import { openPortForward } from "./port-forward.ts";
import type { RequestSubject } from "./report-failure.ts";
import { createReporter } from "./report-failure.ts";
import { collectionPath } from "./resource-paths.ts";
import type { WireRequest } from "./transport.ts";
import { createTransport } from "./transport.ts";
import { watchObjects } from "./watch-objects.ts";
import { collectSecrets, writeWireObject } from "./wire-object.ts";

/** Any API server that lives says its version at once: one that takes longer must not hold up what waits for all clusters. */
const versionTimeoutMs = 10_000;

/** The bounds of a client that is given no others. */
export const defaultLimits: KubeLimits = {
  concurrency: 24,
  connectTimeoutMs: 5000,
  requestTimeoutMs: 30_000,
  retryBudgetMs: 10_000,
};

/** Puts the parts of a client together; see `createKubeClient`. */
export function createKubeClient({ cluster, context, limits }: KubeClientOptions): KubeClient {
  const report = createReporter(cluster, context);
  const transport = createTransport(context, { ...defaultLimits, ...limits }, report);
  const discovery = createDiscovery(transport, report);
  const connection: Connection = { transport, discovery, report };
  const podRequests = createPodRequests(connection);

  const pathOf = async (reference: ObjectReference, verb: string, signal: AbortSignal): Promise<string> => {
    const mapping = await discovery.find(reference, verb, signal);
    if (mapping.namespaced && reference.namespace === undefined) {
      throw new TypeError(`${reference.kind} ${reference.name} needs a namespace`);
    }
    return `${collectionPath(reference.apiVersion, mapping, reference.namespace)}/${encodeURIComponent(reference.name)}`;
  };

  /** Sends a change of one object and reads the object that comes back. */
  const change = async (wire: WireRequest, sent: unknown): Promise<KubeObject> => {
    const answer = await transport.send(wire);
    if (answer.status !== 200 && answer.status !== 201) {
      throw report.answerFailure(answer, wire.subject, collectSecrets(sent));
    }
    return readObject(answer, wire.subject, report);
  };

  return {
    cluster,
    server: context.server,

    async get(reference, { signal }) {
      const subject = { verb: "get", object: reference };
      let path: string;
      try {
        path = await pathOf(reference, "get", signal);
      } catch (error) {
        return absentOrThrow(error);
      }
      const answer = await transport.send({ method: "GET", path, subject, signal });
      if (answer.status === 200) {
        return readObject(answer, subject, report);
      }
      return absentOrThrow(report.answerFailure(answer, subject));
    },

    list: async (query, { signal }) => (await listObjects(connection, query, signal)).objects,

    watch: (query, options) => watchObjects(connection, query, options),

    async apply(object, { dryRun = false, force = false, fieldManager = ownFieldManager, signal }) {
      const reference = referenceOf(object);
      const path = await pathOf(reference, "apply", signal);
      return change(
        {
          method: "PATCH",
          path,
          query: {
            fieldManager,
            fieldValidation: "Strict",
            force: String(force),
            ...dryRunQuery(dryRun),
          },
          // JSON is YAML; API servers before 1.30 know no other content type for this.
          contentType: "application/apply-patch+yaml",
          body: writeWireObject(atPath(object, path)),
          subject: { verb: dryRun ? "dry-run" : "apply", object: reference },
          racing: true,
          signal,
        },
        object,
      );
    },

    async create(object, { signal }) {
      const reference = referenceOf(object);
      const path = await pathOf(reference, "create", signal);
      return change(
        {
          method: "POST",
          path: path.slice(0, path.lastIndexOf("/")),
          query: { fieldManager: ownFieldManager, fieldValidation: "Strict" },
          contentType: "application/json",
          body: writeWireObject(atPath(object, path)),
          subject: { verb: "create", object: reference },
          signal,
        },
        object,
      );
    },

    async patchMerge(reference, patch, { dryRun = false, urgent = false, fieldManager = ownFieldManager, signal }) {
      return change(
        {
          method: "PATCH",
          path: await pathOf(reference, "patch", signal),
          query: { fieldManager, fieldValidation: "Strict", ...dryRunQuery(dryRun) },
          contentType: "application/merge-patch+json",
          body: writeWireObject(patch),
          urgent,
          subject: { verb: "patch", object: reference },
          signal,
        },
        patch,
      );
    },

    async delete(reference, options) {
      const subject = { verb: "delete", object: reference };
      try {
        const path = await pathOf(reference, "delete", options.signal);
        const body = deleteBody(options);
        const answer = await transport.send({
          method: "DELETE",
          path,
          body,
          contentType: "application/json",
          subject,
          signal: options.signal,
        });
        if (answer.status === 200 || answer.status === 202) {
          return "deleting";
        }
        throw report.answerFailure(answer, subject);
      } catch (error) {
        absentOrThrow(error);
        return "gone";
      }
    },

    hasKind: async (kind, { signal }) => discovery.isServed(kind, signal),

    listKinds: async ({ signal }) => discovery.listAll(signal),

    async version({ signal }) {
      const answer = await getVersion(signal);
      const text = (key: string): string => String(answer[key] ?? "");
      return {
        gitVersion: text("gitVersion"),
        major: text("major"),
        minor: text("minor"),
        platform: text("platform"),
      };
    },

    async ping({ signal }) {
      const started = performance.now();
      await getVersion(signal);
      return performance.now() - started;
    },

    portForward: async (namespace, pod, port, { signal }) =>
      openPortForward(connection, { namespace, pod, port }, signal),

    podHttpGet: async (namespace, pod, port, path, options) => podRequests.get({ namespace, pod, port }, path, options),

    podLog: async (namespace, pod, options) => readPodLog(connection, { namespace, pod }, options),

    async close() {
      podRequests.close();
      await transport.close();
    },
  };

  async function getVersion(signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
    const subject: RequestSubject = { verb: "version" };
    const answer = await transport.send({
      method: "GET",
      path: "/version",
      timeoutMs: versionTimeoutMs,
      subject,
      signal,
    });
    if (answer.status !== 200) {
      throw report.answerFailure(answer, subject);
    }
    return readParsed(answer, subject, report);
  }
}

function absentOrThrow(error: unknown): undefined {
  if (error instanceof KubeError && (error.kind === "not-found" || error.kind === "no-such-kind")) {
    return undefined;
  }
  throw error;
}

function dryRunQuery(dryRun: boolean): { readonly dryRun?: "All" } {
  return dryRun ? { dryRun: "All" } : {};
}

function deleteBody({ propagationPolicy = "Background", uid, resourceVersion, dryRun = false }: DeleteOptions): string {
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "DeleteOptions",
    propagationPolicy,
    ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
    ...(dryRun ? { dryRun: ["All"] } : {}),
  });
}

/** Without its namespace where the kind has none: manifests of custom kinds are read before anybody can know. */
function atPath(object: KubeObject, path: string): KubeObject {
  const { namespace, ...metadata } = object.metadata;
  return namespace === undefined || path.includes("/namespaces/") ? object : { ...object, metadata };
}
