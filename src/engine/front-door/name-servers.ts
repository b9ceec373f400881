import { Resolver } from "node:dns/promises";

/** A name server that the world asks for a zone. */
export interface NameServer {
  readonly name: string;
  /** `192.0.2.53`, or with a port of its own `127.0.0.1:5353`. */
  readonly address: string;
}

/** How long one answer is waited for, milliseconds. */
const answerMs = 2000;

/** Zones of these are nobody's on the internet (RFC 6761), and asking for them leads nowhere. */
const reserved = /(?:^|\.)(?:test|example|invalid|localhost|local|internal)$/;

/**
 * The servers to which the zone is delegated, by an address each, as this
 * machine's resolver finds them; none for a zone that it does not find. Throws the signal's reason.
 */
export async function findNameServers(zone: string, signal: AbortSignal): Promise<readonly NameServer[]> {
  if (reserved.test(zone)) {
    return [];
  }
  return asking(signal, async (resolver) => {
    const names = await resolver.resolveNs(zone).catch(() => []);
    const found = await Promise.all(
      names.map(async (name): Promise<readonly NameServer[]> => {
        const addresses = await resolver.resolve4(name).catch(async () => resolver.resolve6(name).catch(() => []));
        return addresses.slice(0, 1).map((address) => ({ name, address }));
      }),
    );
    return found.flat();
  });
}

/**
 * The texts of the TXT records that a server has at a name: empty where it says
 * that there are none, undefined where it does not answer. Throws the signal's reason.
 */
export async function textsAt(
  { address }: NameServer,
  name: string,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  return asking(signal, async (resolver) => {
    resolver.setServers([address]);
    try {
      return (await resolver.resolveTxt(name)).map((parts) => parts.join(""));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === "ENOTFOUND" || code === "ENODATA" ? [] : undefined;
    }
  });
}

/** Asks with a resolver of its own, which the signal ends. */
async function asking<T>(signal: AbortSignal, ask: (resolver: Resolver) => Promise<T>): Promise<T> {
  const resolver = new Resolver({ timeout: answerMs, tries: 1 });
  const end = (): void => resolver.cancel();
  signal.addEventListener("abort", end, { once: true });
  try {
    const answer = await ask(resolver);
    signal.throwIfAborted();
    return answer;
  } finally {
    signal.removeEventListener("abort", end);
  }
}
