import type { CatalogueEntry } from "../catalogue-entry.ts";

export const pkiCodes = {
  ISM501: {
    summary: "The mesh's root key is missing",
    explanation:
      "A cluster of the mesh needs a new intermediate, other clusters already trust a root, and the key of that root is not in the data folder (or the files that `spec.trust.root` names). A new root would split the mesh: proxies of one half would refuse those of the other. Copy root-cert.pem and root-key.pem from where the mesh was first applied.",
  },
  ISM502: {
    summary: "Half of the mesh's root is missing",
    explanation:
      "A root is two files, root-cert.pem and root-key.pem. Only one of them was found, so nothing can be signed with it.",
  },
  ISM503: {
    summary: "The mesh's root cannot be read",
    explanation:
      "The certificate or key of the mesh's root is there, but reading or understanding it failed. The detail carries the cause.",
  },
  ISM504: {
    summary: "The cluster trusts another root",
    explanation:
      "The `cacerts` Secret of the cluster carries no root that the mesh signs under, or none that another cluster of it signs under. Where a Secret holds several roots, as while one is being replaced, one in common is enough, and a root that was renewed with its key is the same. Replacing the Secret would break mTLS for everything that runs there, so it is never done in passing. Either the cluster belongs to another mesh, or the data folder holds another root than the one that the mesh was made with.",
  },
  ISM505: {
    summary: "The cluster's cacerts do not hold together",
    explanation:
      "The parts of the `cacerts` Secret do not fit each other. They are judged as istiod judges them when it starts (a chain of any length and order, several roots, either form of the Secret: ca-cert.pem, ca-key.pem, cert-chain.pem and root-cert.pem, or tls.crt, tls.key and ca.crt), and then as Envoy judges what istiod signs with them, which is stricter: it asks the intermediate itself for the right to sign, counts it among the authorities below another, and of several issuers that nothing tells apart tries the first only. Name constraints are judged against what istiod signs, workloads by their trust domain and itself as istiod.istio-system.svc; extensions that are marked critical, by what Go and Envoy read. They were not made by this program in this form; look at them before anything is replaced.",
  },
  ISM506: {
    summary: "The root's key can be read by others",
    explanation:
      "Who has the root's key can be any workload of the mesh. The file should be readable by its owner only (chmod 600).",
  },
  ISM508: {
    summary: "The mesh's root cannot sign intermediates",
    explanation:
      "An intermediate is a certificate authority below the mesh's root. A root that is no authority itself (CA:FALSE), allows none below it (pathlen:0), has no right to sign, has ended or is not valid yet makes intermediates with which no istiod starts or that no proxy accepts. Nothing is signed with it, and nothing was changed. It is a warning while no cluster needs a new intermediate.",
  },
  ISM509: {
    summary: "A cluster signs under a root that the root's files lack",
    explanation:
      "While a root is being replaced, every cluster must trust the old and the new one. A cluster that gets an intermediate now is given the roots in the certificate file of the mesh's root; one that another cluster signs under is not among them. The file may hold several certificates: all of them are trusted, and the one that the key belongs to signs.",
  },
  ISM510: {
    summary: "A certificate above a cluster's intermediate is not valid now",
    explanation:
      "An istiod checks the whole chain of its intermediate when it starts, and every proxy checks it with each connection. A certificate of it has ended or is not valid yet, and a new intermediate would not mend that.",
  },
  ISM507: {
    summary: "The mesh's root cannot be kept",
    explanation:
      "A new mesh gets a root of its own, which is written into the data folder before anything is signed with it. The disk is full, or the folder may not be written to. No cluster was given a certificate of that root.",
  },
} as const satisfies Record<string, CatalogueEntry>;
