import type { Issuance } from "../decide/stuck-certificate.ts";

/** What cert-manager says of a Certificate that fills the Secret of a route. */
export interface IssuanceFacts {
  /** Its condition Ready is true. */
  readonly ready: boolean;
  /** Its last issuance failed; left out otherwise. */
  readonly failed?: true;
  /** The words of its condition Ready; left out where it has none: cert-manager has not looked at it. */
  readonly says?: string;
  /** Its newest issuance, where it is not ready or has failed. */
  readonly issuance?: Issuance;
  readonly issuer: IssuerFacts;
  /** The kinds of cert-manager's objects that this account may not read; left out where there are none. */
  readonly unread?: readonly string[];
}

/** The issuer that a Certificate names. */
export interface IssuerFacts {
  /** `ClusterIssuer`, `Issuer`, or what else it names in a group of somebody else's. */
  readonly kind: string;
  readonly name: string;
  /** `other`: of a group of somebody else's, which is not read. `unread`: this account may not. */
  readonly state: "ready" | "unready" | "missing" | "other" | "unread";
  /** The words of its condition Ready, where that is not true. */
  readonly says?: string;
  /** `namespace/name` of the Secret with the key of its ACME account, `?/name` where cert-manager does not say where it keeps it; left out where it has none. */
  readonly account?: string;
  /** The names of the Certificate that it proves by pages (http01); left out where there are none. */
  readonly byPages?: readonly string[];
  /** The names for which it has no solver; left out where there are none. */
  readonly unproven?: readonly string[];
}
