import { X509Certificate } from "node:crypto";

/**
 * The hosts and addresses that a PEM certificate is for, by its subject
 * alternative names: clients heed no other
 * (https://www.rfc-editor.org/rfc/rfc9110#section-4.3.4). Throws when it is none.
 */
export function hostsOf(pem: string): readonly string[] {
  const { subjectAltName = "" } = new X509Certificate(pem);
  return subjectAltName.split(", ").flatMap((name) => /^(?:DNS|IP Address):(.+)$/.exec(name)?.[1] ?? []);
}
