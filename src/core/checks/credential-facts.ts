export interface RemoteSecretFacts {
  readonly name: string;
  /** Annotation `networking.istio.io/cluster`. */
  readonly annotation?: string;
  /** Data keys: what istiod takes for the clusters' names. */
  readonly keys: readonly string[];
  /** One for each key. */
  readonly credentials: readonly CredentialFacts[];
}

export interface CredentialFacts {
  readonly cluster: string;
  readonly server: string;
  /** First 8 hex digits of the token's SHA-256. */
  readonly fingerprint: string;
  /** `jwt` is a service account's, `rancher` one of Rancher's. */
  readonly token: "jwt" | "rancher" | "other";
  /** The token's end where one is known, ISO 8601. */
  readonly expires?: string;
  /** What a request with exactly this address, authority and token ended with. */
  readonly trial: CredentialTrial;
}

export interface CredentialTrial {
  /**
   * `unreachable` says nothing of the credential: this machine may have no way to an address that the clusters have.
   * `refused`: istiod does not take the kubeconfig at all, for the reason in `detail`.
   */
  readonly outcome: "accepted" | "unauthorized" | "forbidden" | "untrusted" | "unreachable" | "not-tried" | "refused";
  readonly detail: string;
  /** The cluster that answered, by the UID of its namespace kube-system; undefined where the credential may not see it. */
  readonly clusterUid?: string;
}
