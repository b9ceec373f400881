import { kubectlLine } from "../kubectl-line.ts";

/** What cert-manager's objects say of one issuance, newest request first; texts as they are. */
export interface Issuance {
  /** When the newest request was made, or the Certificate where there is none, RFC 3339; left out where that is not said. */
  readonly since?: string;
  /** cert-manager is at it: a request that failed is an earlier one, or is about to be noticed. */
  readonly isRunning: boolean;
  /** The newest CertificateRequest with its condition Ready, empty texts without one. */
  readonly request?: { readonly name: string; readonly reason: string; readonly message: string } | undefined;
  /** `warning` is the newest event of an order that has made no challenge, `Solver: Failed to determine …`. */
  readonly order?: { readonly state: string; readonly reason: string; readonly warning?: string } | undefined;
  readonly challenges: readonly {
    readonly dnsName: string;
    readonly type: string;
    readonly state: string;
    readonly reason: string;
    readonly presented: boolean;
  }[];
}

/** Why a Certificate is not ready, and whether cert-manager has given up. */
export interface StuckCertificate {
  /** A sentence's end, without a full stop. */
  readonly reason: string;
  /** Nothing is refused so far: it takes its time. */
  readonly waits?: true;
  /** Where cert-manager has given up: whether that is since the ACME server has lost the issuer's account. */
  readonly gaveUp?: { readonly lostAccount: boolean };
}

/** States of Orders and Challenges that do not change any more (RFC 8555, 7.1.6). */
const over = ["errored", "invalid", "expired"];

/**
 * Why an issuance does not come to an end, by those of cert-manager's objects
 * that say it: a Challenge, else its Order, else the CertificateRequest. The
 * Certificate itself only says that it is being issued. Undefined where none
 * says more than that. What failed is tried again an hour later at the earliest
 * (https://cert-manager.io/docs/faq/acme/#what-happens-if-issuance-fails); an
 * order for which no solver fits says so by an event alone, and stays as it is
 * (https://github.com/cert-manager/cert-manager/blob/v1.21.2/pkg/controller/acmeorders/sync.go).
 */
export function judgeIssuance(issuance: Issuance): StuckCertificate | undefined {
  const { challenges, order, request, isRunning } = issuance;
  const gaveUp = (words: string): Pick<StuckCertificate, "gaveUp"> =>
    isRunning ? {} : { gaveUp: { lostAccount: isLostAccount(words) } };
  if (order !== undefined && over.includes(order.state)) {
    const failed = challenges.find(({ state }) => over.includes(state));
    const words = failed === undefined ? order.reason : ofChallenge(failed);
    return { reason: `its order is ${order.state}: ${words || "no reason given"}`, ...gaveUp(words) };
  }
  if (order?.warning?.startsWith("Solver: ") === true) {
    return { reason: `its order does not go on: ${order.warning}`, gaveUp: { lostAccount: false } };
  }
  if (request?.reason === "Failed" || request?.reason === "Denied") {
    return { reason: `its request is ${request.reason}: ${request.message}`, ...gaveUp(request.message) };
  }
  return waitsFor(issuance);
}

function waitsFor({ challenges, order, request }: Issuance): StuckCertificate | undefined {
  const refused = challenges.find(({ state, reason }) => state !== "valid" && reason !== "");
  if (refused !== undefined) {
    return { reason: ofChallenge(refused) };
  }
  const waiting = challenges.filter(({ state }) => state !== "valid");
  if (waiting.length > 0) {
    return { reason: ofWaiting(waiting), waits: true };
  }
  const refusal = order?.reason || order?.warning || "";
  const words = refusal || request?.message || "";
  return words === "" ? undefined : { reason: words, ...(refusal === "" ? { waits: true } : {}) };
}

function ofChallenge({ type, dnsName, reason }: Issuance["challenges"][number]): string {
  return `challenge ${type} for ${dnsName}: ${reason || "no reason given"}`;
}

function ofWaiting(waiting: Issuance["challenges"]): string {
  const names = [...new Set(waiting.map(({ dnsName }) => dnsName))].join(", ");
  const byRecord = waiting.some(({ type }) => type.toLowerCase() === "dns-01");
  return byRecord
    ? `the DNS record that proves ${names} is being checked, which takes cert-manager a minute a name (waitInsteadOfSelfCheck of the issuer shortens it)`
    : `the page that proves ${names} is being checked`;
}

function isLostAccount(words: string): boolean {
  return /accountDoesNotExist|Key ID \(kid\) in JWS header/.test(words);
}

/**
 * What to do about an issuance that cert-manager has given up, in sentences.
 * `again` is the command line that has it tried at once, with what else has to
 * follow. Deleting the Secret of a lost account, `namespace/name`, has
 * cert-manager make another one; where its namespace is `?` the fix has the
 * command that finds it.
 */
export function fixOfIssuance(
  { lostAccount }: NonNullable<StuckCertificate["gaveUp"]>,
  { issuer, account, context, again }: Readonly<Record<"issuer" | "account" | "context" | "again", string>>,
): string {
  const [namespace = "", secret = ""] = account.split("/");
  const kubectl = (...words: readonly string[]): string => kubectlLine(context, ...words);
  const remove =
    namespace === "?"
      ? `delete Secret ${secret} of the namespace that cert-manager is started with (--cluster-resource-namespace), where ${kubectl("get", "secrets", "-A", "--field-selector", `metadata.name=${secret}`)} lists it.`
      : `${kubectl("-n", namespace, "delete", "secret", secret)} (the namespace is that of cert-manager's own Secrets).`;
  return lostAccount
    ? `The ACME server does not know the account of ${issuer} any more, and whoever runs cert-manager has to have it make another one: ${remove} Then ${again}`
    : `Whoever runs cert-manager has to put right what the detail names. It tries again after an hour at the earliest, at once with: ${again}`;
}
