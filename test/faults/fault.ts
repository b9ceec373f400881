import { kubectl as run } from "../e2e/world.ts";

export type ClusterName = "west" | "east";

/** One thing to break, the cause that check has to name first, and the way back. */
export interface Fault {
  /** As the table of docs/guides/check.md says it; names are unique. */
  readonly what: string;
  readonly inject: () => Promise<void>;
  /** One for each thing that is broken: a code of the first cause about it, and its cluster. */
  readonly causes: readonly ExpectedCause[];
  /** Words that the causes or what is folded under them must have: who has changed it, say. */
  readonly says?: string;
  /** Codes that must be folded under the causes, and not stand beside them. */
  readonly folds?: readonly string[];
  /** What check still says once the printed commands have run, since a person has to decide it: `ISM758 east`. `undo` takes it away. */
  readonly leaves?: readonly string[];
  /** Makes undone what an apply cannot: objects of others, and what belongs to nobody. Runs before that apply. */
  readonly undo?: () => Promise<void>;
}

export interface ExpectedCause {
  /** One of them, where the moment decides which a person would name. */
  readonly codes: readonly string[];
  /** undefined where the finding is about no single cluster. */
  readonly cluster?: ClusterName;
}

export function cause(cluster: ClusterName, ...codes: readonly string[]): ExpectedCause {
  return { cluster, codes };
}

/** Runs the engine's kubectl, with `input` as its standard input, and gives what it printed; throws what it said when it fails. */
export async function kubectl(cluster: ClusterName, args: readonly string[], input?: string): Promise<string> {
  const { code, out, err } = await run(cluster, args, input);
  if (code !== 0) {
    throw new Error(`kubectl ${args.join(" ")}: ${err}`);
  }
  return out;
}

/** Words of a kubectl command line without quotes: `on("east", "istio-system", "scale deployment istiod --replicas=0")`. */
export async function on(cluster: ClusterName, namespace: string, words: string): Promise<void> {
  await kubectl(cluster, ["-n", namespace, ...words.split(" ")]);
}

/** A JSON patch of one object. */
export async function patch(
  cluster: ClusterName,
  namespace: string,
  object: string,
  operations: readonly { readonly op: string; readonly path: string; readonly value?: unknown }[],
): Promise<void> {
  await kubectl(cluster, ["-n", namespace, "patch", object, "--type=json", "-p", JSON.stringify(operations)]);
}

/** Puts an object of somebody else's into a cluster. */
export async function put(cluster: ClusterName, object: Readonly<Record<string, unknown>>): Promise<void> {
  await kubectl(cluster, ["apply", "-f", "-"], JSON.stringify(object));
}

export async function drop(cluster: ClusterName, namespace: string, ...objects: readonly string[]): Promise<void> {
  await kubectl(cluster, ["-n", namespace, "delete", "--ignore-not-found", ...objects]);
}

/** Restarts Deployments and waits until their new pods are ready. */
export async function restart(cluster: ClusterName, namespace: string, ...names: readonly string[]): Promise<void> {
  await kubectl(cluster, ["-n", namespace, "rollout", "restart", ...names.map((name) => `deployment/${name}`)]);
  for (const name of names) {
    await kubectl(cluster, ["-n", namespace, "rollout", "status", `deployment/${name}`, "--timeout=80s"]);
  }
}

/** Where a Service has the port in its list. */
export async function indexOfPort(
  cluster: ClusterName,
  namespace: string,
  service: string,
  port: number,
): Promise<number> {
  const ports = await kubectl(cluster, [
    "-n",
    namespace,
    "get",
    "service",
    service,
    "-o",
    "jsonpath={.spec.ports[*].port}",
  ]);
  return ports.split(" ").indexOf(String(port));
}
