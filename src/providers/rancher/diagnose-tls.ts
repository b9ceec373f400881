import type { RancherAdvice } from "./rancher-advice.ts";
import type { RancherErrorFields } from "./rancher-error.ts";

/** A certificate of Rancher's that is not trusted. */
export function adviseOnTls(fields: RancherErrorFields): RancherAdvice {
  const { url, code = "", presented, authorities = [], caFile, message } = fields;
  const advice = (detail: string, fix: string): RancherAdvice => ({ code: "ISM284", detail, fix });
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    const when =
      presented === undefined
        ? ""
        : ` It is valid from ${presented.notBefore.toISOString()} to ${presented.notAfter.toISOString()}.`;
    return advice(
      `The certificate of ${url} ${code === "CERT_HAS_EXPIRED" ? "has expired" : "is not valid yet"} by this machine's clock.${when}`,
      "Renew Rancher's certificate, or set this machine's clock.",
    );
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return advice(
      `${url} presents a certificate for ${presented?.names ?? "other names"}, not for ${new URL(url).hostname}.`,
      "Use an address that the certificate names: Rancher's is its setting server-url.",
    );
  }
  const served =
    presented === undefined
      ? `a certificate that is not trusted (${message})`
      : `the certificate "${presented.subject}", issued by "${presented.issuer}"`;
  return caFile === undefined
    ? advice(
        `${url} presents ${served}, and without caFile only the authorities of this machine count. No token was sent.`,
        "Name the file with the authority of Rancher's certificate: caFile under spec.rancher (`--ca-file` for `isthmus init`).",
      )
    : advice(
        `${url} presents ${served}, and ${caFile} trusts only ${authorities.map((one) => `"${one}"`).join(" and ")}. No token was sent.`,
        "Put the authority of Rancher's certificate into the file. If something between presents its own certificate, put that one's authority there.",
      );
}
