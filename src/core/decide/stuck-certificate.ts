/** What cert-manager's objects say of one issuance, newest request first; texts as they are. */
export interface Issuance {
  /** `istio-system/shop-tls`. */
  readonly certificate: string;
  /** The ClusterIssuer or Issuer. */
  readonly issuer: string;
  /** The kubeconfig context of the cluster. */
  readonly context: string;
  /** cert-manager is at it: a request that failed is an earlier one, or is about to be noticed. */
  readonly isRunning: boolean;
  /** Condition Ready of the newest CertificateRequest. */
  readonly request?: { readonly reason: string; readonly message: string } | undefined;
  readonly order?: { readonly state: string; readonly reason: string } | undefined;
  readonly challenges: readonly {
    readonly dnsName: string;
    readonly type: string;
    readonly state: string;
    readonly reason: string;
    readonly presented: boolean;
  }[];
}

/** Why a Certificate is not ready, and whether cert-manager has given up for an hour. */
export interface StuckCertificate {
  /** A sentence's end, without a full stop. */
  readonly reason: string;
  /** What to do, where cert-manager has given up. */
  readonly fix?: string;
}

/** States of Orders and Challenges that do not change any more (RFC 8555, 7.1.6). */
const over = ["errored", "invalid", "expired"];

/**
 * Why an issuance does not come to an end, by those of cert-manager's objects
 * that say it: a Challenge, else its Order, else the CertificateRequest. The
 * Certificate itself only says that it is being issued. Undefined where none
 * says more than that. What cannot go on has a fix: cert-manager tries again an
 * hour later at the earliest
 * (https://cert-manager.io/docs/faq/acme/#what-happens-if-issuance-fails).
 */
export function judgeIssuance(issuance: Issuance): StuckCertificate | undefined {
  const { reason, fix } = findReason(issuance) ?? {};
  return reason === undefined ? undefined : { reason, ...(fix === undefined || issuance.isRunning ? {} : { fix }) };
}

function findReason(issuance: Issuance): StuckCertificate | undefined {
  const { challenges, order, request } = issuance;
  const failed = challenges.find(({ state }) => over.includes(state));
  const refused = challenges.find(({ state, reason }) => state !== "valid" && reason !== "");
  if (order !== undefined && over.includes(order.state)) {
    const words = failed === undefined ? order.reason : ofChallenge(failed);
    return { reason: `its order is ${order.state}: ${words || "no reason given"}`, fix: fixOf(issuance, words) };
  }
  if (request?.reason === "Failed" || request?.reason === "Denied") {
    return { reason: `its request is ${request.reason}: ${request.message}`, fix: fixOf(issuance, request.message) };
  }
  if (refused !== undefined) {
    return { reason: ofChallenge(refused) };
  }
  const waiting = challenges.filter(({ state }) => state !== "valid");
  if (waiting.length > 0) {
    return { reason: ofWaiting(waiting) };
  }
  return request === undefined || request.message === "" ? undefined : { reason: request.message };
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

/** A new Certificate is tried at once; deleting the Secret of a lost account has cert-manager make another one. */
function fixOf({ certificate, issuer, context }: Issuance, words: string): string {
  const [namespace = "", name = ""] = certificate.split("/");
  const again = `kubectl --context ${context} -n ${namespace} delete certificate ${name}, and run the same command again`;
  const lost = /accountDoesNotExist|Key ID \(kid\) in JWS header/.test(words);
  return lost
    ? `The ACME server does not know the account of ${issuer} any more. Have cert-manager make another one: kubectl --context ${context} -n cert-manager delete secret ${issuer} (the namespace is that of cert-manager's own Secrets). Then ${again}.`
    : `Remove what the detail names. cert-manager tries again after an hour at the earliest, a new Certificate at once: ${again}.`;
}
