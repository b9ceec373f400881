import type { Redirect } from "../model/route-settings.ts";
import type { AnswerGroup, Tally } from "./answer.ts";

/** The address that was asked, as far as a redirect may keep it. */
export interface AskedAddress {
  readonly path: string;
}

/**
 * What came of requests to a route that redirects: an answer is good when it has
 * the redirect's status and leads where the mesh file says. Parts of the
 * address that the redirect does not name are the request's own and are not
 * compared.
 */
export function tallyRedirects(groups: readonly AnswerGroup[], redirect: Redirect, asked: AskedAddress): Tally {
  const failures = new Map<string, number>();
  const statuses: Record<string, number> = {};
  let [sent, answered] = [0, 0];
  for (const { host, count, outcome } of groups) {
    sent += count;
    const problem = problemOf(outcome, redirect, asked);
    if (problem === undefined && outcome.kind === "answered") {
      answered += count;
      statuses[outcome.status] = (statuses[outcome.status] ?? 0) + count;
    } else {
      const text = host === "" ? (problem ?? "") : `${problem} (host ${host})`;
      failures.set(text, (failures.get(text) ?? 0) + count);
    }
  }
  return {
    sent,
    answered,
    answeredError: 0,
    unanswered: sent - answered,
    statuses,
    failures: [...failures].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count),
  };
}

function problemOf(outcome: AnswerGroup["outcome"], redirect: Redirect, { path }: AskedAddress): string | undefined {
  if (outcome.kind === "broken") {
    return outcome.reason;
  }
  const wanted = redirect.redirectCode ?? 301;
  if (outcome.status !== wanted || outcome.location === undefined) {
    const way = outcome.location === undefined ? "" : ` to ${outcome.location}`;
    return `status ${outcome.status}${way}, expected ${wanted} with a location`;
  }
  const wrong = findDifference(outcome.location, redirect, path);
  return wrong === undefined ? undefined : `a redirect to ${outcome.location}, expected ${wrong}`;
}

function findDifference(location: string, redirect: Redirect, path: string): string | undefined {
  const url = readUrl(location);
  if (url === undefined) {
    return "an address";
  }
  const { scheme, authority, uri, port, prefixRewrite } = redirect;
  const [host, ownPort] = authority === undefined ? [] : authority.split(/:(?=\d+$)/);
  const parts: readonly Part[] = [
    { what: "scheme", wanted: scheme, found: url.protocol.slice(0, -1) },
    { what: "host", wanted: host?.toLowerCase(), found: url.hostname },
    { what: "port", wanted: port === undefined ? ownPort : String(port), found: url.port || usualPort(url) },
    { what: "a path that begins with", wanted: prefixRewrite, found: url.pathname.slice(0, prefixRewrite?.length) },
    {
      what: "path",
      wanted: prefixRewrite === undefined ? pathAnswered(uri, path, url) : undefined,
      found: afterHost(url),
    },
  ];
  const wrong = parts.find(({ wanted, found }) => wanted !== undefined && wanted !== found);
  return wrong === undefined ? undefined : `${wrong.what} ${wrong.wanted}`;
}

/**
 * Path, query and fragment of a redirect, written as the parser of URLs writes
 * them. Envoy appends the query of the request to a `uri` without one, behind
 * its fragment too (findings/envoy-redirects-are-joined-texts.sh).
 */
function pathAnswered(uri: string | undefined, asked: string, base: URL): string | undefined {
  const query = /\?.*$/s.exec(asked)?.[0] ?? "";
  const text = uri === undefined ? asked : `${uri}${uri.includes("?") ? "" : query}`;
  const whole = `${base.origin}${text.startsWith("/") ? "" : "/"}${text}`;
  const wanted = readUrl(whole);
  return wanted === undefined ? undefined : afterHost(wanted);
}

function afterHost({ pathname, search, hash }: URL): string {
  return `${pathname}${search}${hash}`;
}

/** A part of an address; what is not wanted in particular may be anything. */
interface Part {
  readonly what: string;
  readonly wanted: string | undefined;
  readonly found: string;
}

function usualPort({ protocol }: URL): string {
  return protocol === "https:" ? "443" : "80";
}

function readUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
