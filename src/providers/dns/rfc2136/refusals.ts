import { notKnown } from "../left-open.ts";
import { errorOf } from "../../../core/diagnostics/coded.ts";
import { exitCodes, type ExitCode } from "../../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import type { DnsUpdate } from "../../../core/front-door/dns-records.ts";
import type { Answer } from "./ask.ts";
import type { DnsFailure } from "./dns-failure.ts";
import type { TsigKey } from "./tsig.ts";
import { rcodeName, recordTypes, tsigErrorName } from "./wire/codes.ts";
import type { WireError } from "./wire/wire-error.ts";

export interface ServerPlace {
  readonly zone: string;
  /** `192.0.2.53:53`. */
  readonly server: string;
  readonly key?: TsigKey;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

type DnsCode = "ISM630" | "ISM631" | "ISM632" | "ISM633" | "ISM634" | "ISM636";

const prove = "Then run the same command again.";

/** No answer that counts. Where a change was sent, it may have been done. */
export function exchangeFailure(
  place: ServerPlace,
  failure: DnsFailure,
  { isChange, connectMs, answerMs }: { isChange: boolean; connectMs: number; answerMs: number },
): UserError {
  const { server } = place;
  const seconds = (ms: number): string => `${ms / 1000} s`;
  const after = failure.what === "" ? "" : ` ${failure.what}`;
  const open = isChange ? notKnown : "";
  switch (failure.kind) {
    case "unreachable":
      return refused("ISM630", failure, {
        detail: `${server} cannot be reached by TCP: ${whyUnreachable(failure.what, seconds(connectMs))}.`,
        fix: `See that spec.dns.provider names the server of ${place.zone}, and that this machine reaches it by TCP: ${digOf(place)}.`,
      });
    case "silent":
      return refused("ISM631", failure, {
        detail: `${server} took the connection and gave no whole answer within ${seconds(answerMs)}${after === "" ? "" : `, it stopped${after}`}.${open}`,
        fix: "See whether the server is overloaded, or a firewall lets connections through and not what is said on them. The same command again goes on where this one stopped.",
      });
    case "cut-off":
      return refused("ISM631", failure, {
        detail: `${server} closed the connection ${after === "" ? "before it answered" : after.trim()}.${open}`,
        fix: "A server that is started anew does that once: run the same command again. One that does it always allows no TCP from here, or too few connections at once.",
      });
    case "nonsense":
    case "forged":
      return refused("ISM631", failure, {
        detail: `What ${server} answers cannot be used: ${failure.what}.${open}`,
        fix: `See whether ${server} is the server itself, or something in between that answers for it.`,
      });
  }
}

/** A change that cannot be written as a DNS message. */
export function unwritable(place: ServerPlace, error: WireError): UserError {
  return refused("ISM636", error, {
    detail: `What should be written into ${place.zone} does not fit into DNS: ${error.message}.`,
    fix: "Give the route's host or the cluster a shorter name.",
  });
}

/**
 * Why a question for the zone was not answered as the zone's own server does; undefined where it was. Servers say the
 * same for different reasons (docs/adr/0028): where a refusal has no signature, `plain` is the answer to the same
 * question without a key, which tells a key that is not taken from a zone that is not there.
 */
export function queryRefusal(place: ServerPlace, answer: Answer, plain?: Answer): UserError | undefined {
  const { zone, server, key } = place;
  const rcode = rcodeName(answer.message.rcode);
  if (rcode === "NOERROR" || rcode === "NXDOMAIN") {
    return isOwnAnswer(zone, answer) ? undefined : notTheServer(place, answer);
  }
  const tsigError = tsigErrorName(answer.tsig.error);
  if (tsigError !== undefined && key !== undefined) {
    return keyRefusal(place, tsigError, answer);
  }
  if (key !== undefined && plain !== undefined && isOwnAnswer(zone, plain)) {
    return refused("ISM632", undefined, {
      detail: `${said(place, answer)} to a question that is signed with the key ${key.name}, and answers the same question without a key. It does not say why it does not take the key: there is none of that name, with another secret or algorithm (${key.algorithm} here), or its clock and that of this machine differ by more than five minutes.`,
      fix: `Compare the key's name, algorithm and secret with those of the server, and both clocks. ${prove}`,
    });
  }
  if (rcode === "SERVFAIL") {
    return refused("ISM634", undefined, {
      detail: `${said(place, answer)}. It knows ${zone} and cannot serve it now: the zone did not load, or is a copy that is too old.`,
      fix: `Look into the log of ${server}. ${prove}`,
    });
  }
  return refused("ISM634", undefined, {
    detail: `${said(place, answer)} to a question for ${zone}${key !== undefined && answer.tsig.kind === "valid" ? `, and takes the key ${key.name}` : ""}. It does not have the zone, or does not let this machine ask.`,
    fix: `Name the server that ${zone} is written at as spec.dns.provider, the primary of the zone's SOA record, or the zone that this server has as spec.dns.zone.`,
  });
}

/** Why a change was not done by a server that takes the key and has the zone. */
export function updateRefusal(
  place: ServerPlace,
  answer: Answer,
  { update, primary }: { readonly update: DnsUpdate; readonly primary?: string },
): UserError {
  const { zone, server, key } = place;
  const names = [...new Set([...update.deletes, ...update.adds].map(({ name, type }) => `${name} ${type}`))].join(", ");
  const rcode = rcodeName(answer.message.rcode);
  const tsigError = tsigErrorName(answer.tsig.error);
  // Without a key, or unsigned: Knot says NOTAUTH to what its policy leaves out.
  const isPolicy = key === undefined || tsigError === "BADKEY" || answer.tsig.kind === "unsigned";
  if (rcode === "REFUSED" || (rcode === "NOTAUTH" && isPolicy)) {
    return refused("ISM633", undefined, {
      detail:
        key === undefined
          ? `${said(place, answer)} to a change without a key (${names}). It takes changes of ${zone} with a key only, or none from this machine's address.`
          : `${said(place, answer)} to the change (${names}). It takes the key ${key.name} for questions, so that the key is right and may not make this change: its policy leaves out a name or a type, or ${zone} takes no changes there.${primary === undefined ? "" : ` The zone calls ${primary} its primary; where that is another server, this one has a copy.`}`,
      fix:
        key === undefined
          ? "Give spec.dns.provider.rfc2136 a tsig key that the server knows."
          : `Let the server allow the key ${key.name} A, AAAA and TXT of the names and TXT below them. BIND: update-policy { grant ${key.name} zonesub A AAAA TXT; }; in the zone. Knot: an acl with action: update and this key at the zone. PowerDNS: dnsupdate=yes, and the key in the zone's TSIG-ALLOW-DNSUPDATE metadata.`,
    });
  }
  if (rcode === "NOTIMP") {
    return refused("ISM633", undefined, {
      detail: `${said(place, answer)}: it takes no changes by DNS (RFC 2136).`,
      fix: `Name the server that ${zone} is written at, or use another provider.`,
    });
  }
  if (rcode === "NOTAUTH" || rcode === "NOTZONE") {
    return refused("ISM634", undefined, {
      detail: `${said(place, answer)} to the change (${names}): ${server} is not the primary of ${zone}, or a part of it is a zone of its own.`,
      fix: `Name the primary of ${zone} as spec.dns.provider's server, and the zone that the names are in as spec.dns.zone.`,
    });
  }
  return refused("ISM633", undefined, {
    detail: `${said(place, answer)} to the change (${names}). Nothing of it was done. Most often the server cannot write its own files (BIND: the folder of the zone's journal), or a set would be larger than it takes.`,
    fix: `Look into the log of ${server}. ${prove}`,
  });
}

function keyRefusal(place: ServerPlace, tsigError: string, answer: Answer): UserError {
  const { zone, key, now } = place;
  const name = key?.name ?? "";
  const serverSeconds = answer.tsig.kind === "valid" ? answer.tsig.serverSeconds : undefined;
  const apart = serverSeconds === undefined ? undefined : Math.round(now() / 1000 - serverSeconds);
  switch (tsigError) {
    case "BADTIME":
      return refused("ISM632", undefined, {
        detail: `${said(place, answer)} (BADTIME): the clocks differ${apart === undefined ? "" : `, that of this machine is ${Math.abs(apart)} s ${apart > 0 ? "ahead of" : "behind"} the server's`}. Signatures count for five minutes.`,
        fix: `Set the clock that is wrong, on this machine: timedatectl set-ntp true. ${prove}`,
      });
    case "BADSIG":
    case "BADTRUNC":
      return refused("ISM632", undefined, {
        detail: `${said(place, answer)} (${tsigError}): it has the key ${name}, with another secret.`,
        fix: `Compare the secret of ${name} with that of the server. ${prove}`,
      });
    default:
      return refused("ISM632", undefined, {
        detail: `${said(place, answer)} (${tsigError}): it has no key ${name} with the algorithm ${key?.algorithm ?? ""}. Knot says the same of a key that no acl of the zone ${zone} names.`,
        fix: `Compare the key's name and algorithm with those of the server; in Knot see that an acl of ${zone} names the key. ${prove}`,
      });
  }
}

function notTheServer(place: ServerPlace, answer: Answer): UserError {
  const { zone, server } = place;
  const { message } = answer;
  const name = message.questions[0]?.name ?? zone;
  const holder = message.authority.find((one) => one.type === recordTypes.SOA)?.name;
  const part = message.authority.find((one) => one.type === recordTypes.NS)?.name;
  if (message.isAuthoritative && holder !== undefined) {
    return refused("ISM634", undefined, {
      detail: `${server} has ${name} in the zone ${holder === "" ? "." : holder}${name === zone ? ", and no zone of that name" : `, and not in ${zone}`}.`,
      fix: `Write zone: ${holder} in spec.dns, or make ${zone} the zone that ${name === zone ? "the names are" : `${name} is`} in.`,
    });
  }
  const why =
    part !== undefined && part !== zone && part.endsWith(`.${zone}`)
      ? `${part} is delegated to another server`
      : "it is not the zone's own server, but knows the answer from others, as a resolver does";
  return refused("ISM634", undefined, {
    detail: `${server} answers for ${name}, and ${why}.`,
    fix: `Name the server that ${zone} is written at, the primary of its SOA record: dig ${zone} SOA +short. A name below a delegation belongs to the other zone.`,
  });
}

/** A name that the server refuses to answer for by the key with which it answers for the zone. */
export function partRefusal(place: ServerPlace, answer: Answer, name: string): UserError {
  const { zone } = place;
  return refused("ISM634", undefined, {
    detail: `${said(place, answer)} to a question for ${name}, and answers for ${zone} with the same key: ${name} is in a zone of its own there.`,
    fix: `Name the zone that ${name} is in as spec.dns.zone, with a key that may change it.`,
  });
}

/** An answer of the server that has the zone: its own, out of no other zone, and for the zone itself with the SOA record. */
function isOwnAnswer(zone: string, { message }: Answer): boolean {
  const [question] = message.questions;
  const isSoa = question?.type === recordTypes.SOA && question.name === zone;
  const holders = message.authority.filter((one) => one.type === recordTypes.SOA);
  return (
    message.isAuthoritative &&
    holders.every((one) => one.name === zone) &&
    (!isSoa || message.answers.some((one) => one.type === recordTypes.SOA))
  );
}

function digOf({ server, zone }: ServerPlace): string {
  return `dig +tcp @${server.replace(/^\[(.*)\]/, "$1").replace(/:(\d+)$/, " -p $1")} ${zone} SOA`;
}

function said({ server }: ServerPlace, answer: Answer): string {
  return `${server} answers ${rcodeName(answer.message.rcode)}${answer.extra === undefined ? "" : ` ("${answer.extra}")`}`;
}

function whyUnreachable(what: string, limit: string): string {
  if (what === "no-answer-to-connect" || what.includes("ETIMEDOUT")) {
    return `nothing answered within ${limit}`;
  }
  const words: readonly (readonly [string, string])[] = [
    ["ENOTFOUND", "no such host"],
    ["EAI_AGAIN", "the name cannot be resolved now"],
    ["ECONNREFUSED", "nothing listens there"],
    ["EHOSTUNREACH", "no way leads there"],
    ["ENETUNREACH", "no way leads there"],
  ];
  return words.find(([code]) => what.includes(code))?.[1] ?? what;
}

function refused(code: DnsCode, cause: unknown, text: { readonly detail: string; readonly fix: string }): UserError {
  const exits: Partial<Record<DnsCode, ExitCode>> = { ISM630: exitCodes.unreachable, ISM631: exitCodes.unreachable };
  return new UserError([{ ...errorOf(code), ...text }], exits[code] ?? exitCodes.failed, { cause });
}
