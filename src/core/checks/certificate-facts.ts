import type { WrittenBy } from "./beside-facts.ts";
import type { IssuanceFacts } from "./issuance-facts.ts";

export type AuthorityFacts =
  | { readonly kind: "missing" }
  /** `effect`: who stumbles over the flaw, an istiod that starts or every proxy that meets what it signs. */
  | { readonly kind: "broken"; readonly flaw: string; readonly effect: "istiod" | "proxies" }
  | {
      readonly kind: "present";
      /** When the Secret was made, ISO 8601. */
      readonly created: string;
      /** When it was written last, ISO 8601; empty where the API server does not tell. */
      readonly changed: string;
      /** All that are trusted, in the bundle's order. */
      readonly roots: readonly CertificateFacts[];
      readonly intermediate: CertificateFacts;
      /** The way from the intermediate (which is not in it) to a root, nearest first. */
      readonly above: readonly CertificateFacts[];
    };

export interface CertificateFacts {
  readonly subject: string;
  /** SHA-256, upper-case hex with colons. */
  readonly fingerprint: string;
  /** SHA-256 of subject and public key, by which chains are verified: that of a root that was renewed with its key is the same. */
  readonly identity: string;
  /** ISO 8601. */
  readonly notBefore: string;
  /** ISO 8601. */
  readonly notAfter: string;
}

export interface TlsSecretFacts {
  readonly name: string;
  readonly present: boolean;
  /** `istio-system/hello`, the Certificate of cert-manager that fills it; left out where there is none. */
  readonly certificate?: string;
  /** Who wrote that Certificate last; left out where the API server does not tell, or there is none. */
  readonly certificateWritten?: WrittenBy;
  /** What cert-manager says of that Certificate; left out where there is none. */
  readonly issuance?: IssuanceFacts;
  /** Who wrote the Secret last; left out where the API server does not tell, or it is not there. */
  readonly written?: WrittenBy;
  /** True where this account may not list Certificates, so that `certificate` and `elsewhere` say nothing of them; left out where it may. */
  readonly writersUnread?: boolean;
  /** Where Secrets of this name, and Certificates that fill such ones, are in other namespaces; only where this one is not there. */
  readonly elsewhere?: readonly StrayObject[];
  /** SHA-256 of the first certificate; undefined when it cannot be read. */
  readonly fingerprint?: string;
  /** The hosts and addresses that it is for. */
  readonly hosts?: readonly string[];
  /** The ACME server that isthmus ordered it from; left out for certificates of others. */
  readonly acmeServer?: string;
  /** Whether the key in the Secret is that of the certificate; left out where there is none. */
  readonly keyFits?: boolean;
  /** ISO 8601. */
  readonly notBefore?: string;
  /** ISO 8601. */
  readonly notAfter?: string;
}

/** A Secret, or a Certificate of cert-manager that fills one, in another namespace than the gateway's pods. */
export interface StrayObject {
  readonly kind: "Certificate" | "Secret";
  readonly namespace: string;
  readonly name: string;
  /** What it is for: the hosts that a Certificate names, or of the certificate in a Secret; left out where there are none. */
  readonly hosts?: readonly string[];
  /** The Issuer of that namespace which a Certificate names; left out where it names a ClusterIssuer, or one of somebody else's kinds. */
  readonly issuer?: string;
}
