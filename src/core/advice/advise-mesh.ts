import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { warningOf } from "../diagnostics/coded.ts";
import type { Mesh } from "../model/mesh.ts";
import { isNewerThanKnown, istioReleases } from "../releases/istio-releases.ts";
import { adviseExternalDns } from "./external-dns.ts";
import { adviseFailover } from "./failover.ts";
import { adviseLiteralPaths } from "./literal-paths.ts";
import { adviseLonelyClusters } from "./lonely-clusters.ts";
import { adviseLongTries } from "./long-tries.ts";
import { adviseMeshConfig } from "./mesh-config.ts";
import { adviseNeverInjected } from "./never-injected.ts";
import { adviseQuantities } from "./quantities.ts";
import { adviseFaults } from "./route-faults.ts";
import type { Locate } from "./route-order.ts";
import { adviseRoutes } from "./route-order.ts";
import { adviseNowhere } from "./routes-nowhere.ts";
import { adviseSeveralGateways } from "./several-gateways.ts";
import { adviseSharedEndpoints } from "./shared-endpoints.ts";
import { adviseUnusedFields } from "./unused-fields.ts";
import { adviseWildcardGateways } from "./wildcard-gateways.ts";

/**
 * What a valid mesh file asks for that works and has a price, or needs
 * something outside of isthmus. Pure; all are warnings. `locate` of the parsed
 * file gives lines to those that are about one place.
 */
export function adviseMesh(mesh: Mesh, locate?: Locate): readonly Diagnostic[] {
  return [
    ...adviseCatalog(mesh),
    ...adviseNewerIstio(mesh),
    ...adviseExternalDns(mesh),
    ...adviseRoutes(mesh, locate),
    ...adviseWildcardGateways(mesh, locate),
    ...adviseNowhere(mesh, locate),
    ...adviseFailover(mesh, locate),
    ...adviseLiteralPaths(mesh, locate),
    ...adviseLongTries(mesh, locate),
    ...adviseFaults(mesh, locate),
    ...adviseMeshConfig(mesh, locate),
    ...adviseQuantities(mesh, locate),
    ...adviseUnusedFields(mesh, locate),
    ...adviseLonelyClusters(mesh, locate),
    ...adviseNeverInjected(mesh, locate),
    ...adviseSharedEndpoints(mesh, locate),
    ...adviseSeveralGateways(mesh, locate),
  ];
}

function adviseCatalog(mesh: Mesh): readonly Diagnostic[] {
  return mesh.istio.install !== "rancher"
    ? []
    : [
        {
          ...warningOf("ISM217"),
          detail: `install: rancher installs the chart rancher-istio, which Rancher deprecated in 2.12 and which gets no more releases. Its successor is Istio from the SUSE Application Collection.`,
          fix: "Write install: istioctl or install: helm with a release that is still supported; hub names the Application Collection's images if you take them from there.",
        },
      ];
}

function adviseNewerIstio(mesh: Mesh): readonly Diagnostic[] {
  const newest = istioReleases.at(-1)?.minor ?? "";
  return !isNewerThanKnown(mesh.istio.version)
    ? []
    : [
        {
          ...warningOf("ISM218"),
          detail: `Istio ${mesh.istio.version} came after ${newest}, the newest release that this isthmus was made for. It is treated like ${newest}.`,
          fix: `Use a newer isthmus, or an Istio ${newest}.`,
        },
      ];
}
