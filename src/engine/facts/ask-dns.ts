import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import type { DnsAnswer } from "../../core/checks/system-facts.ts";
import type { KubeClient, PodPort } from "../../kube/client.ts";
import { withinTime } from "../../kube/within-time.ts";
import { noWay } from "../../core/checks/network/cluster-dns.ts";

/** The API server's own Service, which is in every cluster (RFC 1035, 3.1: a name is its labels with their lengths). */
const askedName = ["kubernetes", "default", "svc", "cluster", "local"];

/** What a server says of a name, in the words of https://www.iana.org/assignments/dns-parameters (DNS RCODEs). */
const codes: readonly string[] = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];

/** How long an answer may take: servers ask others for names that they do not know. */
const answerMs = 4000;

/** How long a port-forward may take to come about. */
const wayMs = 10_000;

/**
 * Asks a pod of the cluster's DNS for the name of a Service that is in every
 * cluster, by TCP through a port-forward. That shows what the server has; not
 * whether packets of other pods get there.
 */
export async function askDns(client: KubeClient, target: PodPort, signal: AbortSignal): Promise<DnsAnswer> {
  const { pod } = target;
  try {
    const stream = await openWay(client, target, signal);
    try {
      return { pod, says: await readCode(stream, signal) };
    } finally {
      stream.destroy();
    }
  } catch (error) {
    signal.throwIfAborted();
    return { pod, problem: (error as Error).message };
  }
}

/** The kubelet of a node that hangs never opens one. */
async function openWay(client: KubeClient, target: PodPort, signal: AbortSignal): Promise<Duplex> {
  const late = (): Error => new Error(`${noWay} within ${wayMs / 1000} s`);
  return withinTime({ signal, timeoutMs: wayMs, late }, async (stop) =>
    client.podForward(target, { signal: stop.signal }),
  );
}

/** A question for an address, with its length before it (RFC 1035, 4.1 and 4.2.2). */
function question(): Uint8Array {
  const name = askedName.flatMap((label) => [label.length, ...Buffer.from(label, "ascii")]);
  // Number 1, recursion desired, one question; then type A and class IN.
  const message = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...name, 0, 0, 1, 0, 1];
  return Uint8Array.from([message.length >> 8, message.length & 0xff, ...message]);
}

/** The fourth byte of an answer ends with its code. */
const codeAt = 2 + 3;

async function readCode(stream: Duplex, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${answerMs / 1000} s`)), answerMs);
    let received = Buffer.alloc(0);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
    };
    signal.addEventListener("abort", () => end(() => reject(signal.reason as Error)), { once: true });
    stream.on("error", (error: Error) => end(() => reject(error)));
    stream.on("close", () => end(() => reject(new Error("the connection was closed without an answer"))));
    stream.on("end", () => end(() => reject(new Error("the connection was closed without an answer"))));
    stream.on("data", (chunk: Uint8Array) => {
      received = Buffer.concat([received, chunk]);
      const code = received[codeAt];
      if (code !== undefined) {
        end(() => resolve(codes[code & 0x0f] ?? `code ${code & 0x0f}`));
      }
    });
    stream.write(question());
  });
}
