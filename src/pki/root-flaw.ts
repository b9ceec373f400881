import { X509Certificate, createPrivateKey } from "node:crypto";
import type { Root } from "./certificate-authority.ts";
import { isValidAt } from "./find-chain.ts";
import { linkOf } from "./certificate-link.ts";
import { keyFlawOf } from "./keys.ts";

/**
 * Why nothing that this root signs would be accepted, in words that follow
 * "it"; undefined for a root that can sign intermediates. istiod and Envoy
 * refuse an intermediate below a certificate that is no authority, may have
 * none below it, or is not valid.
 */
export function findRootFlaw(root: Root, now: Date): string | undefined {
  return (
    findRootCertificateFlaw(new X509Certificate(root.certificate), now) ??
    keyFlawOf(createPrivateKey(root.key.expose()))
  );
}

/** The same by the certificate alone, where nobody looks at its key. */
export function findRootCertificateFlaw(certificate: X509Certificate, now: Date): string | undefined {
  const link = linkOf(certificate);
  const { validFrom, validTo } = link.certificate;
  if (!link.isAuthority) {
    return "is not a certificate authority (CA:FALSE), but the certificate of a server or a workload";
  }
  if (link.pathLength === 0) {
    return "allows no authority below it (pathlen:0), as the intermediate of one cluster does";
  }
  if (!link.maySignCertificates) {
    return "may not sign certificates (its keyUsage lacks keyCertSign)";
  }
  if (link.lacksPurposes.length > 0) {
    return `is for other purposes (its extendedKeyUsage lacks ${link.lacksPurposes.join(" and ")})`;
  }
  if (!isValidAt(link, now)) {
    return new Date(validTo) < now
      ? `ended on ${new Date(validTo).toISOString()}`
      : `is valid only from ${new Date(validFrom).toISOString()}, and this machine's clock says ${now.toISOString()}`;
  }
  return undefined;
}
