import { warningOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { ownCertificates } from "../front-door/own-certificates.ts";
import type { Mesh } from "../model/mesh.ts";
import { effectiveRelease } from "../releases/istio-releases.ts";
import type { Locate } from "./route-order.ts";

/** Warns of fields of the mesh file that nothing acts by: `core/render/field-effects.test.ts` holds that there are no others. */
export function adviseUnusedFields(mesh: Mesh, locate?: Locate): readonly Diagnostic[] {
  return [...adviseProfile(mesh, locate), ...adviseProviderSettings(mesh, locate), ...adviseHealthChecks(mesh, locate)];
}

/** Istio's charts know profiles from 1.21 on; before, `default` and `minimal` are what isthmus itself makes of them. */
function adviseProfile({ istio }: Mesh, locate: Locate | undefined): readonly Diagnostic[] {
  const { install, profile, version } = istio;
  const hasEffect = profile === "default" || profile === "minimal" || effectiveRelease(version).chartProfiles;
  return install !== "helm" || hasEffect
    ? []
    : [
        {
          ...warningOf("ISM532"),
          detail: `Helm charts of Istio ${version} have no profiles, so that profile ${profile} sets nothing: what is installed is the charts' own defaults.`,
          fix: `Write profile: default, and what ${profile} would set under spec.istio.values; or use Istio 1.21 or newer, or install: istioctl.`,
          ...(locate === undefined ? {} : { range: locate(["spec", "istio", "profile"]) }),
        },
      ];
}

/** isthmus itself writes for routes that ask it to, and proofs of certificates that it orders; what external-dns in the clusters does, its own arguments say. */
function adviseProviderSettings(mesh: Mesh, locate: Locate | undefined): readonly Diagnostic[] {
  const { dns, services } = mesh;
  const settings = dns?.provider.settings;
  const names = typeof settings === "object" && settings !== null ? Object.keys(settings) : [];
  const isUsed =
    ownCertificates(mesh).length > 0 ||
    services.some(({ routes }) => routes.some((route) => route.dns?.via === "isthmus"));
  return dns === undefined || names.length === 0 || isUsed
    ? []
    : [
        {
          ...warningOf("ISM533"),
          detail: `spec.dns.provider.${dns.provider.name} has ${names.join(", ")}, and nothing acts by it: external-dns in the clusters has its settings from its own arguments, and no route has dns: { via: isthmus } or a certificate that isthmus orders.`,
          fix: `Give ${names.length === 1 ? "it" : "them"} to external-dns, and write provider: { ${dns.provider.name}: {} }.`,
          ...(locate === undefined ? {} : { range: locate(["spec", "dns", "provider", dns.provider.name]) }),
        },
      ];
}

/** Checks that have no name to keep right, and such as are slower than they say. */
function adviseHealthChecks({ dns, services }: Mesh, locate: Locate | undefined): readonly Diagnostic[] {
  const checks = dns?.healthChecks;
  if (checks === undefined) {
    return [];
  }
  const place = (...field: readonly string[]) =>
    locate === undefined ? {} : { range: locate(["spec", "dns", "healthChecks", ...field]) };
  if (!services.some(({ routes }) => routes.some((route) => route.dns?.via === "isthmus"))) {
    return [
      {
        ...warningOf("ISM697"),
        detail: "No route has dns: { via: isthmus }, so that there is no address that the checks would test.",
        fix: "Write dns: { via: isthmus } at the routes whose names are to lose dead addresses, or delete healthChecks.",
        ...place(),
      },
    ];
  }
  const { intervalSeconds, timeoutSeconds } = checks;
  return timeoutSeconds <= intervalSeconds
    ? []
    : [
        {
          ...warningOf("ISM698"),
          detail: `An answer is waited for ${timeoutSeconds} s, and a round of checks is to begin every ${intervalSeconds} s: while an address is dead, rounds come every ${timeoutSeconds} s instead.`,
          fix: `Write interval: ${timeoutSeconds}s, or a timeout of ${intervalSeconds}s at most.`,
          ...place("timeout"),
        },
      ];
}
