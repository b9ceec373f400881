import { errorOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { ProofWay, RouteProof } from "../../core/decide/proof.ts";
import { asked } from "../../core/decide/proof-place.ts";
import { tallyRedirects } from "../../core/decide/redirect-answers.ts";
import type { RouteRequest } from "../../core/decide/route-request.ts";
import type { Redirect } from "../../core/model/route-settings.ts";
import { placeOf } from "./proof-parts.ts";
import { sendRequests } from "./send-requests.ts";
import type { ProofInput } from "./verification.ts";

/** A proxy answers all of them alike; so many show each of its workers. */
const requestsOfRedirect = 10;

/** Where a redirect is asked, and for what. */
export interface RedirectInput {
  readonly via: ProofWay;
  readonly redirect: Redirect;
  /** The beginning of the URL that is asked. */
  readonly origin: string;
  /** What messages name in its place, where requests go through a tunnel. */
  readonly shown?: string;
  readonly request: RouteRequest;
}

/** Asks a route that redirects: each answer has to be the redirect of the mesh file. Rejects only when the signal fires. */
export async function proveRedirect(
  input: ProofInput,
  { via, redirect, origin, shown, request }: RedirectInput,
  { signal }: { readonly signal: AbortSignal },
): Promise<Partial<RouteProof> & Pick<RouteProof, "diagnostics">> {
  const sending = { origin, request, requests: requestsOfRedirect, userAgent: "isthmus-verify" };
  const { sent, answered, failures } = tallyRedirects(await sendRequests(sending, signal), redirect, request);
  const url = `${shown ?? origin}${request.path}`;
  return {
    url,
    requests: sent,
    attempts: 1,
    redirected: answered,
    failures,
    diagnostics: failures.length === 0 ? [] : [notRedirected(input, via, { url, sent, failures })],
  };
}

function notRedirected(
  input: ProofInput,
  via: ProofWay,
  { url, sent, failures }: { readonly url: string; readonly sent: number; readonly failures: RouteProof["failures"] },
): Diagnostic {
  return {
    ...errorOf("ISM403"),
    detail: `${asked(placeOf(input, via))}, of ${sent} requests to ${url}, which route ${input.route?.name ?? ""} is to redirect: ${failures.map((one) => `${one.count} ended with ${one.reason}`).join("; ")}.`,
    fix: "Run isthmus plan to see whether the cluster has the route of the mesh file, and isthmus apply to put it there.",
    cluster: input.one.cluster.name,
  };
}
