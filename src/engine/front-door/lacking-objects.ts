import { warningOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { NeededObject } from "../../core/front-door/name-objects.ts";
import { objectsOfName } from "../../core/front-door/name-objects.ts";
import { isDrainedFor, publishedNames } from "../../core/front-door/published-names.ts";
import { meshFileWords } from "../../core/mesh-file-words.ts";
import { quoteCommand } from "../../core/quote-command.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import { istioNamespace } from "../../core/render/names.ts";
import { KubeError } from "../../kube/errors.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { IngressAddresses } from "./ingress-addresses.ts";
import { kubectlLine } from "../../core/kubectl-line.ts";

/** What clusters lack of what their published names need. */
export interface LackingObjects {
  /** By cluster the names that it cannot serve; none for a cluster that has everything. */
  readonly incomplete: Readonly<Record<string, readonly string[]>>;
  /** Clusters of which it could not be read: nothing is known of them. */
  readonly unread: readonly string[];
  /** The reasons (ISM684), each of one name; what could not be read is said at the first. */
  readonly warnings: readonly { readonly name: string; readonly diagnostic: Diagnostic }[];
}

/**
 * Asks clusters for the objects that published names need there (`objectsOfName`),
 * as they are now. An apply that failed half way leaves a cluster with a gateway, an
 * address and no route; a name that led there would end in a 404 for its share of
 * the clients. A cluster that does not answer, or does not show them to this account,
 * is a value. Rejects only when the signal fires.
 */
export async function readLackingObjects(
  where: Where,
  connected: readonly Connected[],
  signal: AbortSignal,
): Promise<LackingObjects> {
  const all = await Promise.all(connected.map(async (one) => readCluster(where, one, signal)));
  return {
    incomplete: Object.fromEntries(all.flatMap(({ cluster, names }) => (names.length === 0 ? [] : [[cluster, names]]))),
    unread: all.flatMap(({ cluster, isUnread }) => (isUnread ? [cluster] : [])),
    warnings: all.flatMap(({ warnings }) => warnings),
  };
}

/** The addresses of clusters, without those of which it is not known whether they serve: they stay as they are. */
export function withUnread(
  ingress: IngressAddresses["addresses"],
  { unread }: Pick<LackingObjects, "unread">,
): IngressAddresses["addresses"] {
  return { ...ingress, ...Object.fromEntries(unread.map((cluster) => [cluster, "keep" as const])) };
}

interface ClusterLacks {
  readonly cluster: string;
  readonly names: readonly string[];
  readonly isUnread: boolean;
  readonly warnings: LackingObjects["warnings"];
}

type Where = { readonly mesh: Mesh; readonly file: string };

async function readCluster({ mesh, file }: Where, one: Connected, signal: AbortSignal): Promise<ClusterLacks> {
  const { cluster, client } = one;
  const needs = publishedNames(mesh)
    .filter((name) => !isDrainedFor(name, cluster.name))
    .map((name) => ({ name: name.name, objects: objectsOfName(mesh, cluster, name) }));
  try {
    const found = await Promise.all(
      needs.map(async ({ name, objects }) => {
        const flaws = await Promise.all(objects.map(async (object) => flawOf({ client, object, name }, signal)));
        return { name, flaws: flaws.filter((flaw) => flaw !== undefined) };
      }),
    );
    const lacking = found.filter(({ flaws }) => flaws.length > 0);
    return {
      cluster: cluster.name,
      names: lacking.map(({ name }) => name),
      isUnread: false,
      warnings: lacking.map(({ name, flaws }) => ({ name, diagnostic: leftOut({ one, name, file }, flaws) })),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof KubeError)) {
      throw error;
    }
    const names = needs.map(({ name }) => name);
    const [name = ""] = names;
    const warnings = [{ name, diagnostic: notRead({ cluster: cluster.name, file }, names, error) }];
    return { cluster: cluster.name, names: [], isUnread: true, warnings };
  }
}

interface Flaw {
  /** What is wrong with the object, completes "it has …". */
  readonly words: string;
  readonly object: NeededObject;
}

/** Undefined where it serves the name. */
async function flawOf(
  {
    client,
    object,
    name,
  }: { readonly client: Connected["client"]; readonly object: NeededObject; readonly name: string },
  signal: AbortSignal,
): Promise<Flaw | undefined> {
  const { apiVersion, kind, namespace, name: called } = object;
  const words = `${kind} ${namespace}/${called}`;
  try {
    const live = await client.get({ apiVersion, kind, namespace, name: called }, { signal });
    if (live === undefined) {
      return { words: `no ${words}`, object };
    }
    return object.serves(live) ? undefined : { words: `a ${words} that does not have ${name}`, object };
  } catch (error) {
    if (error instanceof KubeError && error.kind === "no-such-kind") {
      return { words: `no ${words}, since it does not know such objects`, object };
    }
    throw error;
  }
}

interface LeftOut {
  readonly one: Connected;
  readonly name: string;
  readonly file: string;
}

function leftOut({ one, name, file }: LeftOut, flaws: readonly Flaw[]): Diagnostic {
  const cluster = one.cluster.name;
  return {
    ...warningOf("ISM684"),
    detail: `${cluster} is left out of ${name}: it has ${flaws.map(({ words }) => words).join(", and ")}. Its ingress gateway would refuse the name's requests, or answer them with 404. Where no other cluster serves the name, what is published stays as it is.`,
    fix: fixOf({ one, name, file }, flaws),
    cluster,
  };
}

/** An apply makes what isthmus makes; certificates of others come from them. */
function fixOf({ one, file }: LeftOut, flaws: readonly Flaw[]): string {
  const cluster = one.cluster.name;
  const own = (...words: readonly string[]): string => quoteCommand(["isthmus", ...words, ...meshFileWords(file)]);
  const kubectl = (...words: readonly string[]): string =>
    kubectlLine(one.context.context, "-n", istioNamespace, ...words);
  const madeBy = (by: NeededObject["by"]): readonly NeededObject[] =>
    flaws.map(({ object }) => object).filter((object) => object.by === by);
  const steps = [
    ...madeBy("cert-manager").map(
      ({ certificate = "" }) => `See what cert-manager waits for: ${kubectl("describe", "certificate", certificate)}`,
    ),
    ...madeBy("somebody").map(
      (secret) =>
        `Whoever has the certificate has to put it there: ${kubectl("create", "secret", "tls", secret.name)} --cert=FILE --key=FILE`,
    ),
    ...(madeBy("isthmus").length > 0 ? [`Finish what was begun there: ${own("apply", "--cluster", cluster)}`] : []),
  ];
  const isApplied = madeBy("isthmus").length === flaws.length;
  return isApplied ? steps.join("\n") : [...steps, `Then: ${own("dns", "sync")}`].join("\n");
}

function notRead(
  { cluster, file }: { readonly cluster: string; readonly file: string },
  names: readonly string[],
  error: KubeError,
): Diagnostic {
  return {
    ...warningOf("ISM684"),
    detail: `Whether ${cluster} can serve ${names.join(", ")} is not known: ${error.message}. What is published of ${cluster} was left as it is.`,
    fix: `When the cluster shows its Gateways, VirtualServices and the certificates' Secrets to this account: ${quoteCommand(["isthmus", "dns", "sync", ...meshFileWords(file)])}`,
    cluster,
  };
}
