import type { NodeFacts } from "../../core/checks/node-facts.ts";
import type { KubeProxyFacts } from "../../core/checks/system-facts.ts";
import type { KubeClient } from "../../kube/client.ts";
import { KubeError, unlessForbidden } from "../../kube/errors.ts";

/** So many nodes are asked, one request each: requests from outside come in by any of them. */
const askedNodes = 50;

/** Where kube-proxy says how it is (https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/, healthzBindAddress). */
const healthPort = 10256;

/** Beside it, where nothing listens since kubelets have no port without authentication: who reaches one reaches the other. */
const closedPort = 10255;

/** One that lives answers at once. */
const answerMs = 4000;

/**
 * What kube-proxy says of itself on up to fifty ready nodes: whether it writes
 * its rules, cannot, or does not answer, or that nothing listens there (many
 * networks need no kube-proxy). Nothing is known, and is said to be so, of a node
 * that is silent beside it too, and of all where this account may not ask nodes. Only another node's answer tells that no firewall keeps the port.
 */
export async function readKubeProxies(
  client: KubeClient,
  nodes: readonly NodeFacts[],
  signal: AbortSignal,
): Promise<readonly KubeProxyFacts[]> {
  const asked = nodes.filter(({ ready }) => ready).slice(0, askedNodes);
  return unlessForbidden(
    async () => judge(await Promise.all(asked.map(async ({ name }) => readOne(client, name, signal)))),
    () => asked.map(({ name }) => unknownOf(name, mayNotAsk)),
  );
}

const mayNotAsk = "this account may not ask nodes (nodes/proxy)";

function unknownOf(node: string, why: string): KubeProxyFacts {
  return { node, state: "unknown", why };
}

/** What the health port of one node says; nothing where another program answers, or the API server for it. */
interface Seen extends Health {
  readonly node: string;
  readonly silent?: true;
}

function judge(all: readonly Seen[]): readonly KubeProxyFacts[] {
  const isOpen = all.some(({ lastUpdated }) => lastUpdated !== undefined);
  return all.map(({ node, silent, refused, status, lastUpdated, nodeEligible }): KubeProxyFacts => {
    if (silent === true) {
      return { node, state: isOpen ? "silent" : "unheard" };
    }
    if (refused === true) {
      return { node, state: "none" };
    }
    if (lastUpdated === undefined || (status !== 200 && status !== 503)) {
      return unknownOf(node, status === 403 ? mayNotAsk : `no kube-proxy answers at its port ${healthPort}`);
    }
    if (status === 200) {
      return { node, state: "follows" };
    }
    // A node that is about to be taken out of load balancers answers 503 too.
    return nodeEligible === false
      ? unknownOf(node, "it is about to be taken out of load balancers, and says no more")
      : { node, state: "behind", since: lastUpdated };
  });
}

async function readOne(client: KubeClient, node: string, signal: AbortSignal): Promise<Seen> {
  const health = await ask(client, { node, port: healthPort }, signal);
  if (health !== "no answer") {
    return { node, ...readHealth(health) };
  }
  // A firewall that drops packets keeps every port silent, and a program that stands still its own.
  const beside = await ask(client, { node, port: closedPort }, signal);
  if (beside === "no answer") {
    return { node };
  }
  // A moment in which the API server or its way to nodes was slow is over by then.
  const again = await ask(client, { node, port: healthPort }, signal);
  return again === "no answer" ? { node, silent: true } : { node, ...readHealth(again) };
}

async function ask(
  client: KubeClient,
  target: { readonly node: string; readonly port: number },
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly body: string } | "no answer"> {
  try {
    return await client.nodeHttpGet(target, "/healthz", { timeoutMs: answerMs, signal });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof KubeError && error.kind === "unreachable") {
      return "no answer";
    }
    throw error;
  }
}

interface Health {
  readonly status?: number;
  readonly lastUpdated?: string;
  readonly nodeEligible?: boolean;
  /** The API server, or what is between it and the node, says that nothing listens. */
  readonly refused?: true;
}

/** Of the API server's own words for a port that it does not reach there is nothing. */
function readHealth({ status, body }: { readonly status: number; readonly body: string }): Health {
  try {
    const { lastUpdated, nodeEligible } = JSON.parse(body) as Readonly<Record<string, unknown>>;
    return {
      status,
      ...(typeof lastUpdated === "string" ? { lastUpdated } : {}),
      ...(typeof nodeEligible === "boolean" ? { nodeEligible } : {}),
      ...refusedBy(body),
    };
  } catch {
    return { status, ...refusedBy(body) };
  }
}

function refusedBy(body: string): { readonly refused?: true } {
  return body.includes("connection refused") ? { refused: true } : {};
}
