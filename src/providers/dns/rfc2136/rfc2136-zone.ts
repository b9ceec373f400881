import type { DnsQuestion, DnsRecordSet, DnsUpdate } from "../../../core/front-door/dns-records.ts";
import type { DnsZone, DnsZoneFacts } from "../dns-provider.ts";
import { ask, type Answer, type AskOptions } from "./ask.ts";
import { DnsFailure } from "./dns-failure.ts";
import { exchangeFailure, partRefusal, queryRefusal, unwritable, updateRefusal, type ServerPlace } from "./refusals.ts";
import { readSets } from "./read-sets.ts";
import type { TsigKey } from "./tsig.ts";
import { updateMessage } from "./update-message.ts";
import { classes, opcodes, rcodeName, recordTypes } from "./wire/codes.ts";
import type { WireMessage } from "./wire/message.ts";
import { decodeSoa } from "./wire/rdata.ts";
import { WireError } from "./wire/wire-error.ts";

export interface Rfc2136Settings {
  /** In lower case, without the last dot. */
  readonly zone: string;
  /** An address or a name. */
  readonly server: string;
  readonly port: number;
  /** Without one nothing is signed, and the server goes by this machine's address alone. */
  readonly key?: TsigKey;
  /** Milliseconds; 5,000 without. */
  readonly connectMs?: number;
  /** Milliseconds for all answers of one call; 10,000 without. */
  readonly answerMs?: number;
  /** Milliseconds since 1970; the clock of this machine without. */
  readonly now?: () => number;
}

/** Answers that say what there is. */
const answering = ["NOERROR", "NXDOMAIN"];

/** Answers to an update whose prerequisites do not hold (RFC 2136, 2.4). */
const unmet = ["NXDOMAIN", "YXDOMAIN", "YXRRSET", "NXRRSET"];

/**
 * A zone that is read and changed by DNS itself (RFC 2136), signed with TSIG (RFC 8945), over TCP: by UDP there are
 * servers that do not answer a larger signed update at all.
 */
export function rfc2136Zone(settings: Rfc2136Settings): DnsZone {
  const { zone, server, port, key } = settings;
  const place: ServerPlace = {
    zone,
    server: server.includes(":") ? `[${server}]:${port}` : `${server}:${port}`,
    now: settings.now ?? Date.now,
    ...(key === undefined ? {} : { key }),
  };
  const askServer: AskServer = async (messages, signal, how) => {
    const options: AskOptions = {
      host: server,
      port,
      key: how === "without-key" ? undefined : key,
      now: place.now,
      connectMs: settings.connectMs ?? 5000,
      answerMs: settings.answerMs ?? 10_000,
      signal,
    };
    const isChange = messages.some((one) => one.opcode === opcodes.update);
    try {
      return await (isChange ? ask(messages, options) : askTwice(messages, options));
    } catch (error) {
      if (error instanceof DnsFailure) {
        throw exchangeFailure(place, error, { isChange, ...options });
      }
      throw error instanceof WireError ? unwritable(place, error) : error;
    }
  };
  return {
    name: zone,
    where: key === undefined ? place.server : `${place.server} with key ${key.name}`,
    consistency: "compare-and-swap",
    probe: async (signal) => await probe(place, askServer, signal),
    read: async (questions, signal) => await read(place, askServer, { questions, signal }),
    update: async (update, signal) => await change(place, askServer, { update, signal }),
  };
}

/**
 * A question that the server hung up on is asked again, once: servers end a connection on which nothing came for some
 * seconds (PowerDNS 4.7 after 5, Knot 3.2 after 10: `tcp-idle-timeout`), and a machine that is short of processors stands
 * still for as long between a connection and what it sends.
 */
async function askTwice(messages: Parameters<typeof ask>[0], options: AskOptions): Promise<readonly Answer[]> {
  try {
    return await ask(messages, options);
  } catch (error) {
    if (error instanceof DnsFailure && error.kind === "cut-off" && error.what === "") {
      return await ask(messages, options);
    }
    throw error;
  }
}

/** An answer to each message, by the zone's key where none is given. */
type AskServer = (
  messages: readonly Omit<WireMessage, "id">[],
  signal: AbortSignal,
  key?: "without-key",
) => Promise<readonly Answer[]>;

/** A signed question for the zone's SOA, which tells a wrong key from a change that is not allowed. */
async function probe(place: ServerPlace, askServer: AskServer, signal: AbortSignal): Promise<DnsZoneFacts> {
  const [answer] = await askServer([queryMessage(place.zone, recordTypes.SOA)], signal);
  await throwRefusal(place, askServer, { answers: answer === undefined ? [] : [answer], signal });
  const soa = answer?.message.answers.find((one) => one.type === recordTypes.SOA);
  return soa === undefined || answer === undefined ? {} : decodeSoa(soa, answer.message);
}

async function read(
  place: ServerPlace,
  askServer: AskServer,
  { questions, signal }: { readonly questions: readonly DnsQuestion[]; readonly signal: AbortSignal },
): Promise<readonly DnsRecordSet[]> {
  return await readSets(place.zone, questions, {
    query: async (asked) => {
      const messages = asked.map(({ name, type }) => queryMessage(name, recordTypes[type]));
      const answers = messages.length === 0 ? [] : await askServer(messages, signal);
      await throwRefusal(place, askServer, { answers, signal });
      return answers.map(({ message }) => message);
    },
    exists: async ({ name, type }) =>
      (await change(place, askServer, {
        update: { prerequisites: [{ kind: "absent", name, type }], deletes: [], adds: [] },
        signal,
      })) === "changed-meanwhile",
  });
}

async function change(
  place: ServerPlace,
  askServer: AskServer,
  { update, signal }: { readonly update: DnsUpdate; readonly signal: AbortSignal },
): Promise<"done" | "changed-meanwhile"> {
  let message: Omit<WireMessage, "id">;
  try {
    message = updateMessage(place.zone, update);
  } catch (error) {
    throw error instanceof WireError ? unwritable(place, error) : error;
  }
  const [answer] = await askServer([message], signal);
  const rcode = rcodeName(answer?.message.rcode ?? 0);
  if (answer === undefined || rcode === "NOERROR") {
    return "done";
  }
  if (unmet.includes(rcode)) {
    return "changed-meanwhile";
  }
  // Servers mean different things by the same code; whether they take the key at all says which.
  const { primary } = await probe(place, askServer, signal);
  throw updateRefusal(place, answer, { update, ...(primary === undefined ? {} : { primary }) });
}

/** Throws the reason of the first answer that is a refusal. */
async function throwRefusal(
  place: ServerPlace,
  askServer: AskServer,
  { answers, signal }: { readonly answers: readonly Answer[]; readonly signal: AbortSignal },
): Promise<void> {
  const refused = answers.find((one) => queryRefusal(place, one) !== undefined);
  if (refused === undefined) {
    return;
  }
  const isOpen = place.key !== undefined && refused.tsig.kind === "unsigned" && refused.tsig.error === 0;
  const [plain] = isOpen ? await askServer([queryMessage(place.zone, recordTypes.SOA)], signal, "without-key") : [];
  const name = refused.message.questions[0]?.name ?? place.zone;
  if (name !== place.zone && !answering.includes(rcodeName(refused.message.rcode))) {
    // The zone itself first: where that answers, it is the name that is elsewhere.
    await probe(place, askServer, signal);
    throw partRefusal(place, refused, name);
  }
  throw queryRefusal(place, refused, plain) ?? new Error("a refusal without a reason");
}

function queryMessage(name: string, type: number): Omit<WireMessage, "id"> {
  return {
    opcode: opcodes.query,
    questions: [{ name, type, class: classes.IN }],
    answers: [],
    authority: [],
    // EDNS, so that the server may say in words why it refuses (RFC 6891, RFC 8914). The class is the size of answers by UDP.
    additional: [{ name: "", type: recordTypes.OPT, class: 1232, ttl: 0, rdata: Buffer.alloc(0) }],
  };
}
