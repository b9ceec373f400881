import type { CatalogueEntry } from "../catalogue-entry.ts";

/** What a mesh file can have wrong about them. */
export const certificateFileCodes = {
  ISM657: {
    summary: "A certificate that cannot be proven through spec.dns",
    explanation:
      "An issuer with `isthmus` proves every name by a TXT record, which it writes into the zone of `spec.dns` with the settings of its provider. Without spec.dns, or for a host outside of its zone, nothing could be proven and every order would fail.",
  },
  ISM694: {
    summary: "A secret in the settings of a solver",
    explanation:
      "`dns01` and `http01` of an issuer are settings of cert-manager, which isthmus renders into a ClusterIssuer. That is no Secret: whoever may read cert-manager's objects may read it, `isthmus render` and `export` write it, and the mesh file is kept where others see it. cert-manager takes tokens and keys by reference, in fields such as `apiTokenSecretRef: { name, key }`, from Secrets in its own namespace (https://cert-manager.io/docs/configuration/acme/dns01/).",
  },
  ISM695: {
    summary: "A host is too long for a record beside it",
    explanation:
      "A name in DNS has at most 253 characters (RFC 1035, 2.3.4). Proofs of certificates are records at `_acme-challenge.<host>`, and of a name that isthmus publishes the owner of each cluster's addresses is recorded at `<cluster>._isthmus.<host>`. A host that leaves no room for them is valid, and can be neither proven nor published.",
  },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

/** What checks find about them. */
export const certificateCheckCodes = {
  ISM779: {
    summary: "cert-manager does not get a certificate",
    explanation:
      "A Certificate of cert-manager that fills a route's Secret is not ready, or its last issuance failed. The Certificate itself says only that it waits; the reason is in its issuer, its CertificateRequest, its Order and its Challenges, and of an order for which the issuer has no solver in an event alone. It is a warning while the Secret holds a certificate that is valid, or every ingress pod still has the one that it held. What failed is tried again an hour later at the earliest, and then ever more rarely.",
  },
  ISM780: {
    summary: "A certificate will not be renewed, or by chance",
    explanation:
      "The issuer of somebody's Certificate proves names by pages (http01). cert-manager puts the page into the cluster that asks for the certificate, and with several clusters behind a name the ACME server asks any of them: what was issued once may not be renewed. Of an issuer in the mesh file isthmus leads each challenge to the cluster that asks. A wildcard is proven by records only (dns01).",
  },
  ISM686: {
    summary: "cert-manager fills a Secret of isthmus",
    explanation:
      "A Certificate of cert-manager names a Secret that isthmus fills with what it orders itself. cert-manager notices every other content of its Secret and orders again; an apply is refused meanwhile (ISM665). Deleting the Certificate leaves the Secret, which goes on to serve, but where cert-manager runs with `--enable-certificate-owner-ref`: an apply then puts it back.",
  },
  ISM660: {
    summary: "A certificate is due and was not renewed",
    explanation:
      "isthmus orders certificates of issuers with `isthmus` during an apply and with `isthmus certs renew`; nothing renews them in between. A certificate that is past two thirds of its life (half of a life below ten days, or `renewBefore`) should have been renewed by a job that runs one of the two.",
  },
  ISM661: {
    summary: "Clusters show different certificates for one name",
    explanation:
      "One order gives one certificate, which all clusters hold. Where one of them holds another, an apply did not reach it, or somebody has written its Secret. Clients see the one or the other, by the address that they happen to use, and the older one ends earlier.",
  },
  ISM662: {
    summary: "A certificate of another issuer",
    explanation:
      "The Secret says from which ACME server its certificate was ordered (annotation `isthmus.dev/acme-server`), and the mesh file names another one, or the Secret was filled by somebody else.",
  },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

/** Certificates of front doors that isthmus orders itself. */
export const certificateCodes = {
  ...certificateFileCodes,
  ISM650: {
    summary: "The ACME server refuses",
    explanation:
      "An issuer with `isthmus` in the mesh file is an ACME server (RFC 8555), and it has refused the account or the order. Its own words are in the message, also those about single names. Nothing was written to a cluster; certificates that are there stay as they are.",
  },
  ISM651: {
    summary: "The ACME server cannot be reached",
    explanation:
      "No answer came from the directory that the issuer names, or one that is not ACME's, or it came over a connection whose certificate is not trusted. A server of your own mostly needs `caFile` with the authority of its certificate.",
  },
  ISM652: {
    summary: "A rate limit of the ACME server",
    explanation:
      "Authorities limit how many certificates and failures they take in a time (https://letsencrypt.org/docs/rate-limits/). Asking again before the time in the message counts again, and is refused again. isthmus orders one certificate for all clusters and none while a valid one stands in one of them.",
  },
  ISM653: {
    summary: "The ACME server did not see the proof",
    explanation:
      "A name is proven by a TXT record at `_acme-challenge.<name>`, which isthmus writes through spec.dns and sees on the zone's server before it tells the authority. The authority looks for it from its own side: through the delegation of the zone, at whichever of its servers, with DNSSEC and CAA records. What it found is in the message.",
  },
  ISM654: {
    summary: "The ACME account needs something",
    explanation:
      "The authority wants more than a key: an account at its own register (external account binding), or terms of use that have changed. Or it does not know the account any more, as a test server after a restart.",
  },
  ISM655: {
    summary: "The issued certificate cannot be used",
    explanation:
      "Before a certificate is written to any cluster it is looked at: the key is its own, it is valid now and for the names that were ordered, it is for servers, and each certificate of its chain is signed by the next. Envoy itself looks at the key only, and serves an expired certificate without a word.",
  },
  ISM656: {
    summary: "The key of the ACME account",
    explanation:
      "The account at an ACME server is a key, kept in the data folder (`acme/<mesh>/`), readable for its owner only. It signs orders and revocations; certificates that were issued do not depend on it. A lost one is replaced by a new account, which authorities allow.",
  },
  ISM658: {
    summary: "A certificate was not renewed",
    explanation:
      "The certificate is due, and ordering a new one failed. The one that the clusters hold is valid until its end and stays in use; the reason is told beside this warning. The next apply or `isthmus certs renew` tries again.",
  },
  ISM659: {
    summary: "The ACME server does not say when to renew",
    explanation:
      "Authorities with renewal information (RFC 9773) tell for each certificate in which time to renew it, and move that time when they have to revoke. The server could not be asked, so that the certificate's life decided: it is renewed when a third of it is left, or half of a life below ten days.",
  },
  ISM663: {
    summary: "No such certificate",
    explanation:
      "`isthmus certs renew NAME` takes the name of a Secret that a route with an issuer with `isthmus` names (`tls.secretName`). Certificates of cert-manager's issuers are renewed by cert-manager.",
  },
  ISM665: {
    summary: "cert-manager fills the same Secret",
    explanation:
      "A Certificate of cert-manager names the Secret that isthmus is to fill. cert-manager notices every other content of its Secret and orders again, so that the two would replace each other's certificates for ever, each time against the authority's limits. Nothing was changed. Deleting the Certificate leaves the Secret.",
  },
  ISM664: {
    summary: "The zone's server does not show the proof",
    explanation:
      "The TXT record that proves a name was written, and the zone's server did not answer with it in time. The authority was not told, since it would count a failure.",
  },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;
