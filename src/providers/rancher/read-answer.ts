import { redactText } from "../../kube/credentials/redact-text.ts";
import { parseProxyAnswer } from "../../kube/rancher-proxy-answer.ts";
import type { RancherErrorKind } from "./rancher-error.ts";
import { RancherError } from "./rancher-error.ts";
import type { RancherAccess } from "./read-access.ts";
import type { RancherAnswer, RancherRequest } from "./rancher-wire.ts";
import { parseRecord } from "../../kube/kubeconfig/read-fields.ts";

/** Where an answer comes from, and when. */
export interface AnswerPlace {
  readonly access: RancherAccess;
  readonly wire: Pick<RancherRequest, "subject" | "clusterId">;
  /** The header `Date`. */
  readonly date: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Beyond this a clock is wrong and not only slow: certificates are commonly backdated by as much. */
const skewMs = 5 * 60_000;

/** The answer as JSON, or the RancherError that it stands for. */
export function describeAnswer(status: number, text: string, place: AnswerPlace): RancherAnswer | RancherError {
  const { access, wire, date, now } = place;
  const parsed = parseRecord(text);
  const fail = (kind: RancherErrorKind, message: string, more: { readonly scopedTo?: string } = {}): RancherError => {
    const server = date === undefined ? Number.NaN : Date.parse(date);
    return new RancherError({
      kind,
      url: access.url,
      subject: wire.subject,
      status,
      message: redactText(message, [access.token]),
      ...(wire.clusterId === undefined ? {} : { clusterId: wire.clusterId }),
      ...(Number.isNaN(server) ? {} : { clocks: { server: new Date(server), local: new Date(now) } }),
      ...more,
    });
  };
  if (status >= 200 && status < 300) {
    return parsed !== undefined || text.trim() === ""
      ? { status, body: parsed ?? {} }
      : fail("not-rancher", `the answer is ${describeText(text)}`);
  }
  if (status >= 300 && status < 400) {
    return fail("not-rancher", `the answer is a redirect (HTTP status ${status})`);
  }
  if (parsed === undefined && status < 500 && status !== 429) {
    // Rancher's router writes these in plain text when a path is not its own, and 401 for impersonation.
    return status === 401
      ? fail("unauthorized", `HTTP status 401: ${describeText(text)}`)
      : fail("not-rancher", `HTTP status ${status} with ${describeText(text)}`);
  }
  const { unavailable, otherCluster, message = `HTTP status ${status}` } = parseProxyAnswer(text);
  if (unavailable) {
    return fail("cluster-unavailable", message);
  }
  if (status === 401) {
    return refusedToken(otherCluster, message, place, fail);
  }
  return fail(kindOf(status), message);
}

function refusedToken(
  otherCluster: boolean,
  message: string,
  { access, date, now }: AnswerPlace,
  fail: (kind: RancherErrorKind, message: string, more?: { readonly scopedTo?: string }) => RancherError,
): RancherError {
  const scopedTo = scopeInName(access);
  if (otherCluster || scopedTo !== undefined) {
    return fail("other-cluster", message, scopedTo === undefined ? {} : { scopedTo });
  }
  const skewed = date !== undefined && Math.abs(Date.parse(date) - now) > skewMs;
  return fail(skewed ? "clock-skew" : "unauthorized", message);
}

/** Tokens of kubeconfigs carry the cluster that they are limited to in their name: `kubeconfig-u-abcde.c-fghij`. */
function scopeInName(access: RancherAccess): string | undefined {
  return /^kubeconfig-[^.:]+\.([a-z0-9-]+):/.exec(access.token.expose())?.[1];
}

function kindOf(status: number): RancherErrorKind {
  switch (status) {
    case 403:
      return "forbidden";
    case 404:
      return "not-found";
    case 429:
      return "server";
    default:
      return status >= 500 ? "server" : "refused";
  }
}

function describeText(text: string): string {
  if (/^\s*<(!doctype|html)/i.test(text)) {
    return "a web page";
  }
  return text.trim() === "" ? "nothing" : "no JSON";
}
