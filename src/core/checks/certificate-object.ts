import type { ObjectId } from "../model/kube-object.ts";
import type { TlsSecretFacts } from "./certificate-facts.ts";
import type { ReachedCluster } from "./facts.ts";

/** The Certificate of cert-manager that facts name as `namespace/name`. */
export function certificateObject(certificate: string): ObjectId & { readonly namespace: string } {
  const [namespace = "", name = ""] = certificate.split("/");
  return { group: "cert-manager.io", kind: "Certificate", namespace, name };
}

/** What is not seen of a Secret where the Certificates that may fill it could not be listed. */
export function unlistedWriters({ name }: TlsSecretFacts, { cluster }: ReachedCluster): string {
  return `which Certificate fills Secret ${name} of ${cluster}: this account may not list them`;
}
