import type { Secret } from "../core/secret.ts";
import { redactText } from "./credentials/redact-text.ts";
import type { FieldConflict, KubeErrorFields, KubeErrorKind } from "./errors.ts";
import { isRecord, parseRecord, textOf } from "./kubeconfig/read-fields.ts";
import { noClusterReason, parseProxyAnswer, unavailableReason } from "./rancher-proxy-answer.ts";

/** What an answer that is not a success means. */
export interface Refusal extends Pick<KubeErrorFields, "kind" | "status" | "reason" | "conflicts"> {
  readonly words: string;
}

export interface RefusalContext {
  /** True where Rancher's proxy may answer in place of the cluster. */
  readonly viaRancher: boolean;
  /** What was sent and must not come back in a message. */
  readonly secrets: readonly Secret[];
}

/** Said where the API server does not serve a kind. */
export const unknownKindWords = "the API server does not serve this kind";

/** Reads an answer of any status that is not a success. */
export function readRefusal(
  { status, text }: { readonly status: number; readonly text: string },
  { viaRancher, secrets }: RefusalContext,
): Refusal {
  const answer = parseStatus(text);
  const kind = kindOf(status, answer, text);
  const words = (message = `HTTP status ${status}`): string => redactText(message, secrets);
  const proxy = viaRancher ? parseProxyAnswer(text) : undefined;
  if (proxy?.own === true) {
    return { status, words: words(proxy.message), ...judgeProxy(proxy.unavailable, status, kind) };
  }
  return {
    kind,
    status,
    words: kind === "no-such-kind" ? unknownKindWords : words(answer.message),
    ...(answer.reason === undefined ? {} : { reason: answer.reason }),
    conflicts: answer.causes.flatMap(readConflict),
  };
}

/** Rancher's own answers: it cannot reach the cluster, knows none of that ID, or means what the status says. */
function judgeProxy(unavailable: boolean, status: number, kind: KubeErrorKind): Pick<Refusal, "kind" | "reason"> {
  if (unavailable) {
    return { kind: "unreachable", reason: unavailableReason };
  }
  return status === 404 ? { kind: "protocol", reason: noClusterReason } : { kind };
}

/** True for the message of a 500 by which server-side apply refuses an object that does not fit its schema. */
export function isSchemaRefusal(text: string): boolean {
  return /failed to create typed patch object|failed to convert new object|field not declared in schema/.test(text);
}

interface ParsedStatus {
  readonly isStatus: boolean;
  readonly message?: string;
  readonly reason?: string;
  readonly hasDetails: boolean;
  readonly causes: readonly Readonly<Record<string, unknown>>[];
}

function parseStatus(text: string): ParsedStatus {
  // Not an API server's answer, or one of its plain texts: the status code says the rest.
  const parsed = parseRecord(text) ?? {};
  const details = isRecord(parsed["details"]) ? parsed["details"] : {};
  const [message, reason] = [textOf(parsed["message"]), textOf(parsed["reason"])];
  return {
    isStatus: parsed["kind"] === "Status",
    ...(message === undefined ? {} : { message }),
    ...(reason === undefined ? {} : { reason }),
    hasDetails: textOf(details["name"]) !== undefined || textOf(details["kind"]) !== undefined,
    causes: (Array.isArray(details["causes"]) ? details["causes"] : []).filter(isRecord),
  };
}

function kindOf(status: number, answer: ParsedStatus, text: string): KubeErrorKind {
  switch (status) {
    case 401:
      return "credentials";
    case 403:
      return "forbidden";
    case 404:
      return kindOfNotFound(answer, text);
    case 409:
      return "conflict";
    case 429:
      return "overloaded";
    default:
      if (status >= 500) {
        return isSchemaRefusal(text) ? "invalid" : "server";
      }
      return answer.isStatus && status >= 400 ? "invalid" : "protocol";
  }
}

/**
 * An unknown resource of a known group is a Status without a name ("the server
 * could not find the requested resource"), an unknown group the plain text
 * "404 page not found". Any other 404 comes from something in between.
 */
function kindOfNotFound(answer: ParsedStatus, text: string): KubeErrorKind {
  if (answer.isStatus) {
    return answer.hasDetails ? "not-found" : "no-such-kind";
  }
  return text.startsWith("404 page not found") ? "no-such-kind" : "protocol";
}

/** `conflict with "kubectl-client-side-apply" using apps/v1` at `.spec.replicas`. */
function readConflict(cause: Readonly<Record<string, unknown>>): readonly FieldConflict[] {
  const manager = /^conflict with "([^"]*)"/.exec(textOf(cause["message"]) ?? "")?.[1];
  const field = textOf(cause["field"]);
  return cause["reason"] === "FieldManagerConflict" && manager !== undefined && field !== undefined
    ? [{ manager, field }]
    : [];
}
