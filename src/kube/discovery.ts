import { setImmediate as nextTurn } from "node:timers/promises";
import type { Question, ServedResource, Wire } from "./api-group.ts";
import { readGroup } from "./api-group.ts";
import type { ServedKinds } from "./client.ts";
import { KubeError } from "./errors.ts";
import { isRecord, textOf } from "./kubeconfig/read-fields.ts";
import type { ResourceKind } from "./object-reference.ts";
import { readParsed } from "./wire/read-answer.ts";
import type { ResourceMapping } from "./resource-paths.ts";
import { findWellKnown } from "./resource-paths.ts";
import { untilAborted } from "./until-aborted.ts";

/** Finds how kinds are addressed on one API server. */
export interface Discovery {
  /** The mapping; KubeError of kind `no-such-kind` where the API server does not serve the kind. */
  find(kind: ResourceKind, verb: string, signal: AbortSignal): Promise<ResourceMapping>;
  /** What the API server serves right now, well known or not. */
  isServed(kind: ResourceKind, signal: AbortSignal): Promise<boolean>;
  /** Every kind that can be listed and deleted, in its group's preferred version. */
  listAll(signal: AbortSignal): Promise<ServedKinds>;
  /** All versions of all groups but the core one, `apps/v1`. */
  listVersions(signal: AbortSignal): Promise<ReadonlySet<string>>;
}

/**
 * What was found is kept; what was not is asked for again, since CRDs appear.
 * Whoever wants to know the same group before the question goes out shares its
 * answer, which is thus never older than anybody's wish to know.
 */
export function createDiscovery(wire: Wire): Discovery {
  const found = new Map<string, ResourceMapping>();
  const unsent = new Map<string, Promise<readonly ServedResource[]>>();

  const read: ReadGroup = async (apiVersion, question) => {
    const resources = await readGroup(wire, apiVersion, question);
    resources?.forEach((one) => found.set(`${apiVersion} ${one.kind}`, one));
    return resources;
  };

  const ask = async (apiVersion: string, question: Question): Promise<readonly ServedResource[]> => {
    await nextTurn();
    unsent.delete(apiVersion);
    return (await read(apiVersion, question)) ?? [];
  };

  const askAnew = async ({ apiVersion, kind }: ResourceKind, verb: string, signal: AbortSignal) => {
    const asked = ask(apiVersion, { subject: { verb, object: { apiVersion, kind } }, signal });
    unsent.set(apiVersion, asked);
    return asked;
  };

  const load = async (kind: ResourceKind, verb: string, signal: AbortSignal): Promise<readonly ServedResource[]> => {
    const shared = unsent.get(kind.apiVersion);
    if (shared === undefined) {
      return askAnew(kind, verb, signal);
    }
    return untilAborted(shared, signal).catch(async () => {
      signal.throwIfAborted();
      // A question of somebody else fails in words about another kind, or with that one's own end.
      return askAnew(kind, verb, signal);
    });
  };

  return {
    async find(kind, verb, signal) {
      const key = `${kind.apiVersion} ${kind.kind}`;
      const known = findWellKnown(kind) ?? found.get(key);
      if (known !== undefined) {
        return known;
      }
      await load(kind, verb, signal);
      const mapping = found.get(key);
      if (mapping === undefined) {
        throw wire.report.unknownKind({ verb, object: kind });
      }
      return mapping;
    },
    isServed: async (kind, signal) => (await load(kind, "discover", signal)).some((one) => one.kind === kind.kind),
    listAll: async (signal) => listAll(wire, read, signal),
    listVersions: async (signal) => {
      const versions = (await readGroups(wire, signal)).flatMap((one) => one["versions"]);
      return new Set(versions.filter(isRecord).flatMap((one) => textOf(one["groupVersion"]) ?? []));
    },
  };
}

/** As `readGroup`. */
type ReadGroup = (apiVersion: string, question: Question) => Promise<readonly ServedResource[] | undefined>;

type Group = Readonly<Record<string, unknown>>;

/** The groups that the API server names (APIGroupList). */
async function readGroups({ transport, report }: Wire, signal: AbortSignal): Promise<readonly Group[]> {
  const subject = { verb: "discover" };
  const answer = await transport.send({ method: "GET", path: "/apis", subject, signal });
  if (answer.status !== 200) {
    throw report.answerFailure(answer, subject);
  }
  const { groups } = readParsed(answer, subject, report);
  return Array.isArray(groups) ? groups.filter(isRecord) : [];
}

async function listAll(wire: Wire, read: ReadGroup, signal: AbortSignal): Promise<ServedKinds> {
  const groups = readPreferred(await readGroups(wire, signal));
  const all = await Promise.all(["v1", ...groups].map(async (apiVersion) => listGroup(read, apiVersion, signal)));
  return { kinds: all.flatMap((one) => one.kinds), unread: all.flatMap((one) => one.unread) };
}

/** One group's; a group that does not answer stops no other. */
async function listGroup(read: ReadGroup, apiVersion: string, signal: AbortSignal): Promise<ServedKinds> {
  const subject = { verb: "discover", object: { apiVersion, kind: "" } };
  const resources = await read(apiVersion, { subject, signal }).catch((error: unknown) => {
    if (error instanceof KubeError && error.kind !== "unreachable") {
      return undefined;
    }
    throw error;
  });
  return resources === undefined
    ? { kinds: [], unread: [apiVersion] }
    : { kinds: resources.filter((one) => one.deletable).map(({ kind }) => ({ apiVersion, kind })), unread: [] };
}

/** The versions that the groups prefer. */
function readPreferred(groups: readonly Group[]): readonly string[] {
  return groups.flatMap(({ preferredVersion }) => {
    const version = isRecord(preferredVersion) ? textOf(preferredVersion["groupVersion"]) : undefined;
    return version === undefined ? [] : [version];
  });
}
