import { probePodText } from "../render/probe-pod.ts";

/** What an application, or the mesh in its place, answered to one request. */
export interface Answer {
  readonly status: number;
  /** True where the answer carries `x-envoy-upstream-service-time`, which a gateway adds to what an upstream answered and to nothing of its own. */
  readonly fromUpstream: boolean;
  /** The beginning of the body, as text. */
  readonly text: string;
  /** The header of that name, where there is one: to a gRPC request Envoy answers 200 and says there what others find in the body. */
  readonly grpcMessage?: string;
}

/** Statuses that an answer may have: each a number, or `4xx` for a hundred of them. */
export type ExpectedStatus = readonly (number | string)[];

/**
 * How the texts begin by which a proxy that works decides about a request: those
 * of Envoy's RBAC, JWT, fault and rate limit filters.
 */
export const decisionTexts = [
  "RBAC: access denied",
  "Jwt ",
  "Jwks ",
  "Audiences in Jwt",
  "fault filter abort",
  "local_rate_limited",
] as const;

/**
 * How the texts begin that Envoy answers with in place of an application, at
 * the gateway or in the application's own sidecar: Envoy's
 * `source/common/router/router.cc`, `source/common/http/utility.cc`, and what
 * its filters decide.
 */
const localTexts = [
  "upstream connect error or disconnect/reset before headers",
  "no healthy upstream",
  "upstream request timeout",
  "upstream per try timeout",
  "stream timeout",
  "request timeout",
  ...decisionTexts,
  "envoy overloaded",
  "Envoy is overloaded",
  "maintenance mode",
  probePodText,
];

/** Envoy's reset reason comes with the reason of the transport. */
const longestText = 240;

/** The text by which Envoy says that it answers itself; empty for an application's own answer. The first line, of at most 240 characters, which end with a word. */
export function localText({ status, text, grpcMessage }: Pick<Answer, "status" | "text" | "grpcMessage">): string {
  const said = grpcMessage ?? text;
  const local = (status >= 400 || grpcMessage !== undefined) && localTexts.some((one) => said.startsWith(one));
  return local ? shortened(said.split(/[\r\n]/)[0] ?? "") : "";
}

function shortened(line: string): string {
  return line.length <= longestText ? line : `${line.slice(0, longestText).replace(/\s+\S*$/, "")} …`;
}

/** True for a status that is expected. */
export function isExpected(expected: ExpectedStatus, status: number): boolean {
  return expected.some((one) =>
    typeof one === "number" ? one === status : one.length === 3 && one.startsWith(String(status)[0] ?? ""),
  );
}

/** One kind of answer, or of failure to get one, and how often it came. */
export interface AnswerGroup {
  /** The host that was asked; empty where all hosts are. */
  readonly host: string;
  readonly count: number;
  readonly outcome:
    | {
        readonly kind: "answered";
        readonly status: number;
        readonly fromUpstream: boolean;
        readonly local: string;
        /** The header of that name, where there is one. */
        readonly location?: string;
        /** Whether proxies count it like one of 500 and above, whatever its status. */
        readonly grpcError?: true;
      }
    /** No answer: reset, refused, timed out. */
    | { readonly kind: "broken"; readonly reason: string };
}

/** Requests by what became of them. */
export interface Tally {
  readonly sent: number;
  /** Answers of an application below 500, and of 500 and above or with an error of gRPC: Envoy counts the two apart. */
  readonly answered: number;
  readonly answeredError: number;
  /** Requests that no application answered. */
  readonly unanswered: number;
  /** Of the application's answers: status → how many. */
  readonly statuses: Readonly<Record<string, number>>;
  /** What counts as a failure, the most frequent first. */
  readonly failures: readonly { readonly reason: string; readonly count: number }[];
}

/**
 * Tells an application's answers from the mesh's. An answer of status 404, 401
 * or 500 by the application is an answer: the mesh has done its part. Failures
 * are what the mesh answers itself, requests that end without an answer, and
 * with `expected` every other status. `showsUpstream` says whether answers of
 * applications carry the gateway's mark at this gateway; where a mesh hides it
 * (`envoyDebugHeaders`), only Envoy's own texts tell.
 */
export function tallyAnswers(
  groups: readonly AnswerGroup[],
  expected: ExpectedStatus | undefined,
  showsUpstream: boolean,
): Tally {
  const failures = new Map<string, number>();
  const statuses: Record<string, number> = {};
  const sums = { sent: 0, answered: 0, answeredError: 0, unanswered: 0 };
  for (const { host, count, outcome } of groups) {
    const fail = (reason: string): void => {
      const text = host === "" ? reason : `${reason} (host ${host})`;
      failures.set(text, (failures.get(text) ?? 0) + count);
    };
    sums.sent += count;
    if (outcome.kind === "broken") {
      sums.unanswered += count;
      fail(outcome.reason);
      continue;
    }
    const { status, local } = outcome;
    const byGateway = showsUpstream && !outcome.fromUpstream;
    const application = local === "" && !byGateway;
    if (application) {
      sums[status >= 500 || outcome.grpcError === true ? "answeredError" : "answered"] += count;
      statuses[status] = (statuses[status] ?? 0) + count;
    } else {
      sums.unanswered += count;
    }
    if (expected === undefined ? !application : !isExpected(expected, status)) {
      fail(reasonOf(outcome, byGateway, expected));
    }
  }
  return {
    ...sums,
    statuses,
    failures: [...failures].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count),
  };
}

function reasonOf(
  { status, local }: Extract<AnswerGroup["outcome"], { readonly kind: "answered" }>,
  byGateway: boolean,
  expected: ExpectedStatus | undefined,
): string {
  const wanted = expected === undefined ? "" : `, expected ${expected.join(" or ")}`;
  if (local !== "") {
    return `status ${status} of the mesh itself: ${local}${wanted}`;
  }
  if (!byGateway) {
    return `status ${status} of the application${wanted}`;
  }
  const meaning = status === 404 ? ": no route there takes the request" : status < 400 ? ": it leads elsewhere" : "";
  return `status ${status} of the gateway itself${meaning}${wanted}`;
}
