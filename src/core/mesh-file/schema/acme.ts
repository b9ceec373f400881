import { X509Certificate } from "node:crypto";
import type { TextForm } from "./text-form.ts";
import { matches } from "./text-form.ts";

const profilePattern = "^[A-Za-z0-9][A-Za-z0-9._-]*$";

/** The name of a profile in an ACME server's directory (draft-ietf-acme-profiles). */
export const acmeProfile: TextForm = {
  code: "ISM118",
  wanted: "the name of a profile as the ACME server's directory lists it, such as tlsserver",
  test: matches(profilePattern),
  fix: () => "See meta.profiles in the server's directory.",
  pattern: profilePattern,
};

const certificate =
  /-----BEGIN CERTIFICATE-----\s+(?:[A-Za-z0-9+/]+\s+)*[A-Za-z0-9+/]+={0,2}\s+-----END CERTIFICATE-----/g;

/** One certificate or more in PEM, with nothing but blanks and comments around them. */
export const pemCertificates: TextForm = {
  code: "ISM118",
  wanted: "certificates in PEM, each whole from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----",
  test: (text) => {
    const rest = text.replaceAll(certificate, "").replaceAll(/^#.*$/gm, "").trim();
    return rest === "" && (text.match(certificate) ?? [""]).every(isCertificate);
  },
  fix: () => "Put the text of the file there, as a block:\n    caBundle: |\n      -----BEGIN CERTIFICATE-----\n      …",
};

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
