import type { ServedKinds } from "./client.ts";
import { KubeError } from "./errors.ts";
import { isRecord, textOf } from "./kubeconfig/read-fields.ts";
import type { ResourceKind } from "./object-reference.ts";
import { readParsed } from "./read-answer.ts";
import type { Reporter } from "./report-failure.ts";
import type { ResourceMapping } from "./resource-paths.ts";
import { findWellKnown, groupPath } from "./resource-paths.ts";
import type { Transport } from "./transport.ts";

/** Finds how kinds are addressed on one API server. */
export interface Discovery {
  /** The mapping; KubeError of kind `no-such-kind` where the API server does not serve the kind. */
  find(kind: ResourceKind, verb: string, signal: AbortSignal): Promise<ResourceMapping>;
  /** What the API server serves right now, well known or not. */
  isServed(kind: ResourceKind, signal: AbortSignal): Promise<boolean>;
  /** Every kind that can be listed and deleted, in its group's preferred version. */
  listAll(signal: AbortSignal): Promise<ServedKinds>;
}

/** What was found is kept; what was not is asked for again, since CRDs appear. */
export function createDiscovery(transport: Transport, report: Reporter): Discovery {
  const found = new Map<string, ResourceMapping>();

  const load = async (
    kind: ResourceKind,
    verb: string,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, ResourceMapping>> => {
    const subject = { verb, object: { apiVersion: kind.apiVersion, kind: kind.kind } };
    const answer = await transport.send({
      method: "GET",
      path: groupPath(kind.apiVersion),
      subject,
      signal,
    });
    if (answer.status === 404) {
      return new Map();
    }
    if (answer.status !== 200) {
      throw report.answerFailure(answer, subject);
    }
    return readResources(readParsed(answer, subject, report));
  };

  /** One group's; a group that does not answer stops no other. */
  const listGroup = async (apiVersion: string, signal: AbortSignal): Promise<ServedKinds> => {
    const subject = { verb: "discover", object: { apiVersion, kind: "" } };
    let list: Readonly<Record<string, unknown>>;
    try {
      const answer = await transport.send({ method: "GET", path: groupPath(apiVersion), subject, signal });
      if (answer.status !== 200) {
        throw report.answerFailure(answer, subject);
      }
      list = readParsed(answer, subject, report);
    } catch (error) {
      if (error instanceof KubeError && error.kind !== "unreachable") {
        return { kinds: [], unread: [apiVersion] };
      }
      throw error;
    }
    for (const [name, mapping] of readResources(list)) {
      found.set(`${apiVersion} ${name}`, mapping);
    }
    const resources = Array.isArray(list["resources"]) ? list["resources"].filter(isRecord) : [];
    return {
      kinds: resources.filter(canBeDeleted).map((one) => ({ apiVersion, kind: String(one["kind"]) })),
      unread: [],
    };
  };

  return {
    async find(kind, verb, signal) {
      const key = `${kind.apiVersion} ${kind.kind}`;
      const known = findWellKnown(kind) ?? found.get(key);
      if (known !== undefined) {
        return known;
      }
      for (const [name, mapping] of await load(kind, verb, signal)) {
        found.set(`${kind.apiVersion} ${name}`, mapping);
      }
      const mapping = found.get(key);
      if (mapping === undefined) {
        throw report.unknownKind({ verb, object: kind });
      }
      return mapping;
    },
    async isServed(kind, signal) {
      return (await load(kind, "discover", signal)).has(kind.kind);
    },
    async listAll(signal) {
      const subject = { verb: "discover" };
      const answer = await transport.send({ method: "GET", path: "/apis", subject, signal });
      if (answer.status !== 200) {
        throw report.answerFailure(answer, subject);
      }
      const groups = readPreferred(readParsed(answer, subject, report));
      const read = await Promise.all(["v1", ...groups].map(async (apiVersion) => listGroup(apiVersion, signal)));
      return { kinds: read.flatMap((one) => one.kinds), unread: read.flatMap((one) => one.unread) };
    },
  };
}

/** The versions that the groups prefer. */
function readPreferred(list: Readonly<Record<string, unknown>>): readonly string[] {
  const groups = Array.isArray(list["groups"]) ? list["groups"].filter(isRecord) : [];
  return groups.flatMap(({ preferredVersion }) => {
    const version = isRecord(preferredVersion) ? textOf(preferredVersion["groupVersion"]) : undefined;
    return version === undefined ? [] : [version];
  });
}

function canBeDeleted(resource: Readonly<Record<string, unknown>>): boolean {
  const verbs: readonly unknown[] = Array.isArray(resource["verbs"]) ? resource["verbs"] : [];
  return !String(resource["name"]).includes("/") && verbs.includes("list") && verbs.includes("delete");
}

function readResources(list: Readonly<Record<string, unknown>>): ReadonlyMap<string, ResourceMapping> {
  const resources = Array.isArray(list["resources"]) ? list["resources"].filter(isRecord) : [];
  return new Map(
    resources
      // `deployments/scale` and the like are of the same or another kind, and no objects of their own.
      .filter((one) => !String(one["name"]).includes("/"))
      .map((one) => [String(one["kind"]), { plural: String(one["name"]), namespaced: one["namespaced"] === true }]),
  );
}
