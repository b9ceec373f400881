import { notKnown } from "../left-open.ts";
import { errorOf } from "../../../core/diagnostics/coded.ts";
import { exitCodes, type ExitCode } from "../../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import { codeOf, isRecord, textOf } from "../../../kube/kubeconfig/read-fields.ts";
import type { OpenStackAccess } from "./openstack-access.ts";
import type { ApiAnswer } from "./api-wire.ts";

const again = "Then run the same command again.";

/** No whole answer. Where a change was sent, it may have been done. */
export function noAnswer(origin: string, method: string, error: unknown, redact: (text: string) => string): UserError {
  const errors = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [];
  const code = codeOf(error) ?? codeOf(errors[0]) ?? "";
  const message = redact(error instanceof Error && error.message !== "" ? error.message : code);
  const isSent = /^(UND_ERR_(HEADERS|BODY)_TIMEOUT|UND_ERR_SOCKET|ECONNRESET|EPIPE)$/.test(code);
  if (isSent) {
    const open = method === "GET" ? "" : notKnown;
    return refused("ISM631", error, {
      detail: `${origin} took the request and gave no whole answer: ${message}.${open}`,
      fix: "Run the same command again: it goes on where this one stopped. Where it stays so, see whether the service is overloaded.",
    });
  }
  return refused("ISM630", error, {
    detail: `${origin} cannot be reached: ${message === "" ? code : message}.`,
    fix: `See that this machine reaches it: curl -sS ${origin}. A certificate of an authority of the cloud's own needs caFile.`,
  });
}

export function notSignedIn({ authUrl, credentials }: OpenStackAccess, answer: ApiAnswer): UserError {
  const who =
    credentials.kind === "password"
      ? `the user ${credentials.username} (domain ${credentials.userDomain}) for the project ${credentials.project} (domain ${credentials.projectDomain})`
      : `the application credential ${credentials.id}`;
  return refused("ISM632", undefined, {
    detail: `Keystone at ${authUrl} does not sign in ${who}: ${said(answer)}. It does not tell a wrong name from a wrong secret or an end that has passed.`,
    fix:
      credentials.kind === "password"
        ? `Compare them with what openstack token issue works with. ${again}`
        : `See whether it is there and has not ended: openstack application credential show ${credentials.id}. ${again}`,
  });
}

export function notKeystone({ authUrl }: OpenStackAccess, answer: ApiAnswer): UserError {
  return refused("ISM631", undefined, {
    detail: `${answer.url} does not answer as Keystone v3 does: ${said(answer)}.`,
    fix: `Write the address that clouds.yaml or OS_AUTH_URL has as authUrl, in place of ${authUrl}.`,
  });
}

export function noDnsEndpoint({ authUrl, region }: OpenStackAccess, regions: readonly string[]): UserError {
  const known = [...new Set(regions)].join(", ");
  return refused("ISM634", undefined, {
    detail:
      regions.length === 0
        ? `The catalog of ${authUrl} has no public endpoint of type dns: the project has no Designate.`
        : `The catalog of ${authUrl} has public endpoints of type dns in ${known}, and not exactly one of them ${region === undefined ? "can be meant" : `is in ${region}`}.`,
    fix: regions.length === 0 ? "See openstack catalog list." : `Write region, one of ${known}.`,
  });
}

export function noSuchZone(url: string, zone: string, why: string): UserError {
  return refused("ISM634", undefined, {
    detail: `Designate at ${url} cannot write the zone ${zone}.: ${why}.`,
    fix: `See openstack zone list with the same credentials; the zone has to be in their project, or shared with it, and of the type PRIMARY.`,
  });
}

/** An answer of Designate that is not what was asked for. */
export function designateRefusal(answer: ApiAnswer, what: string): UserError {
  const { status } = answer;
  if (status === 401) {
    return refused("ISM632", undefined, {
      detail: `Designate does not take the token that Keystone has just given (${what}): ${said(answer)}.`,
      fix: `See whether openstack zone list works with the same credentials. ${again}`,
    });
  }
  if (status >= 500 || status === 429) {
    return refused("ISM631", undefined, {
      detail: `Designate cannot serve the request now (${what}): ${said(answer)}.`,
      fix: "Run the same command again: it goes on where this one stopped.",
    });
  }
  return refused("ISM633", undefined, {
    detail: `Designate refuses to ${what}: ${said(answer)}.`,
    fix:
      status === 403
        ? "Give the user or the application credential a role that may write record sets, member in most clouds."
        : status === 413
          ? "The quota is used up: openstack dns quota list."
          : "See what openstack recordset list says of the name.",
  });
}

/** The status with the words of Designate (`message`, or of each wrong field in `errors.errors`) or of Keystone (`error.message`). */
function said({ status, body }: ApiAnswer): string {
  const error = isRecord(body["error"]) ? body["error"] : body;
  const { errors } = isRecord(body["errors"]) ? body["errors"] : {};
  const fields = Array.isArray(errors) ? errors.filter(isRecord).flatMap((one) => textOf(one["message"]) ?? []) : [];
  const words = fields.length > 0 ? fields.join("; ") : (textOf(error["message"]) ?? textOf(error["type"]));
  return words === undefined ? `HTTP ${status}` : `HTTP ${status}, ${words.replace(/\.$/, "")}`;
}

function refused(
  code: "ISM630" | "ISM631" | "ISM632" | "ISM633" | "ISM634",
  cause: unknown,
  text: { readonly detail: string; readonly fix: string },
): UserError {
  const exits: Partial<Record<string, ExitCode>> = { ISM630: exitCodes.unreachable, ISM631: exitCodes.unreachable };
  return new UserError([{ ...errorOf(code), ...text }], exits[code] ?? exitCodes.failed, { cause });
}
