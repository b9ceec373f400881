import type { CatalogueEntry } from "./catalogue-entry.ts";
import { accessCodes } from "./codes/access.ts";
import { applyCodes } from "./codes/apply.ts";
import { certificateCodes } from "./codes/certificates.ts";
import { checkCodes } from "./codes/check.ts";
import { dnsCodes } from "./codes/dns.ts";
import { drainCodes } from "./codes/drain.ts";
import { existingIstioCodes } from "./codes/existing-istio.ts";
import { exportCodes } from "./codes/export.ts";
import { failoverCodes } from "./codes/failover.ts";
import { kustomizeCodes } from "./codes/kustomize.ts";
import { manifestCodes } from "./codes/manifests.ts";
import { netpolCodes } from "./codes/netpol.ts";
import { pkiCodes } from "./codes/pki.ts";
import { planCodes } from "./codes/plan.ts";
import { publishedNameCodes } from "./codes/published-names.ts";
import { rancherCodes } from "./codes/rancher.ts";
import { reachCodes } from "./codes/reach.ts";
import { routeExplainCodes } from "./codes/route-explain.ts";
import { routeCodes } from "./codes/routes.ts";
import { sandboxClusterCodes } from "./codes/sandbox-cluster.ts";
import { sandboxCodes } from "./codes/sandbox.ts";
import { specCodes } from "./codes/mesh-file.ts";
import { supportCodes } from "./codes/support.ts";
import { usageCodes } from "./codes/usage.ts";
import { verifyCodes } from "./codes/verify.ts";

const entries = {
  ...usageCodes,
  ...specCodes,
  ...routeCodes,
  ...planCodes,
  ...dnsCodes,
  ...drainCodes,
  ...existingIstioCodes,
  ...exportCodes,
  ...failoverCodes,
  ...kustomizeCodes,
  ...manifestCodes,
  ...accessCodes,
  ...rancherCodes,
  ...applyCodes,
  ...verifyCodes,
  ...certificateCodes,
  ...checkCodes,
  ...netpolCodes,
  ...reachCodes,
  ...publishedNameCodes,
  ...routeExplainCodes,
  ...supportCodes,
  ...pkiCodes,
  ...sandboxCodes,
  ...sandboxClusterCodes,
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

/** A code that the catalogue has. */
export type Code = keyof typeof entries;

/**
 * Every code that the program can print. Codes are never reused for another
 * meaning. 0xx usage, 1xx mesh file, 2xx plan, 25x to 27x access to clusters, 28x and 29x Rancher,
 * 3xx apply, 40x and 46x verify, 41x to 45x check, 48x the support bundle, 5xx trust, 60x drains, 638 to 649 published names, 7xx sandbox.
 */
export const catalogue: Readonly<Record<string, CatalogueEntry>> = entries;

/** What every diagnostic of that code begins with. */
export function summaryOf(code: Code): string {
  return entries[code].summary;
}
