import type { CatalogueEntry } from "../catalogue.ts";

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
      "The `cacerts` Secret of the cluster carries a root that is not the mesh's. Replacing it would break mTLS for everything that runs there, so it is never done in passing. Either the cluster belongs to another mesh, or the data folder holds another root than the one that the mesh was made with.",
  },
  ISM505: {
    summary: "The cluster's cacerts do not hold together",
    explanation:
      "The parts of the `cacerts` Secret do not fit each other: istiod would refuse to start with them. They were not made by this program in this form; look at them before anything is replaced. Deleting the Secret makes the next apply issue a new intermediate.",
  },
  ISM506: {
    summary: "The root's key can be read by others",
    explanation:
      "Who has the root's key can be any workload of the mesh. The file should be readable by its owner only (chmod 600).",
  },
  ISM507: {
    summary: "The mesh's root cannot be kept",
    explanation:
      "A new mesh gets a root of its own, which is written into the data folder before anything is signed with it. The disk is full, or the folder may not be written to. No cluster was given a certificate of that root.",
  },
} as const satisfies Record<string, CatalogueEntry>;
