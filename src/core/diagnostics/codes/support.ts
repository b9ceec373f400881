import type { CatalogueEntry } from "../catalogue-entry.ts";

export const supportCodes = {
  ISM480: {
    summary: "A part of the bundle cannot be read",
    explanation:
      "`isthmus support-bundle` asks every cluster for many things, and each may fail by itself: a pod that has just ended, a debug page that is turned off, a right that the kubeconfig's user does not have. The rest is in the archive all the same; `missing.json` in it lists what is not, with the reason.",
  },
  ISM481: {
    summary: "The bundle's file is there already",
    explanation:
      "`isthmus support-bundle` never writes over a file: it may be the only evidence of what was wrong. Name another one with --out, or leave --out away: the name then carries the time.",
  },
  ISM482: {
    summary: "The bundle cannot be written",
    explanation: "The folder of `--out` is missing, or may not be written to, or the disk is full.",
  },
  ISM483: {
    summary: "The events file cannot be read",
    explanation:
      "`isthmus support-bundle --events FILE` puts the file into the bundle that an apply, shift or remove wrote with --events-to. It is looked for before any cluster is asked.",
  },
} as const satisfies Record<string, CatalogueEntry>;
