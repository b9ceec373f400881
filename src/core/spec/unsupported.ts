import { specCodes } from "../diagnostics/codes/spec.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Mesh, Route } from "../model/mesh.ts";
import type { ParsedMesh } from "./parse.ts";
import type { Path } from "./path.ts";
import { readDuration } from "./duration.ts";
import { fieldDefaults } from "./field-defaults.ts";
import { compareIstioVersions } from "./istio-version.ts";
import { describePath } from "./path.ts";

/** Something that the format has and this version cannot carry out. */
interface Gap {
  /** The places of the mesh that ask for it, as paths in the file. */
  readonly find: (mesh: Mesh) => readonly Path[];
  /** Completes "This version cannot …". */
  readonly cannot: string;
  readonly fix: string;
}

/**
 * What of a valid mesh this version cannot carry out: an error for each place
 * in the file that asks for it. `locate` of the parsed file gives them lines.
 */
export function findUnsupported(mesh: Mesh, locate?: ParsedMesh["locate"]): readonly Diagnostic[] {
  return gaps.flatMap((gap) =>
    gap.find(mesh).map((path) => ({
      code: "ISM190",
      severity: "error" as const,
      summary: specCodes.ISM190.summary,
      detail: `This version cannot ${gap.cannot}, which ${describePath(path)} asks for.`,
      fix: gap.fix,
      ...(locate === undefined ? {} : { range: locate(path) }),
    })),
  );
}

/** The whole list. A line goes when its feature comes. */
const gaps: readonly Gap[] = [
  {
    find: (mesh) => (mesh.rancher === undefined ? [] : [["spec", "rancher"]]),
    cannot: "work with Rancher's projects, tokens and proxy",
    fix: "Leave rancher out, and reach the clusters by kubeconfig contexts; Rancher's own kubeconfigs work.",
  },
  {
    find: (mesh) =>
      mesh.clusters.flatMap(({ access }, index) =>
        access.kind === "rancher" ? [["spec", "clusters", index, "rancherId"]] : [],
      ),
    cannot: "reach a cluster by its ID in Rancher",
    fix: "Download the cluster's kubeconfig from Rancher, and give its context instead of rancherId.",
  },
  {
    find: (mesh) => when(!["istioctl", "helm"].includes(mesh.istio.install), ["spec", "istio", "install"]),
    cannot: "install Istio by anything but istioctl and helm",
    fix: "Write install: istioctl or install: helm.",
  },
  {
    // The API version networking.istio.io/v1, which every route and gateway is rendered in, came with 1.22.
    find: (mesh) => when(compareIstioVersions(mesh.istio.version, "1.22.0") < 0, ["spec", "istio", "version"]),
    cannot: "render for an Istio before 1.22",
    fix: "Write version: 1.22.0 or a newer one.",
  },
  {
    find: (mesh) =>
      when(mesh.access.rotateBeforeSeconds !== readDuration(fieldDefaults.rotateBefore), [
        "spec",
        "access",
        "rotateBefore",
      ]),
    cannot: "renew remote credentials by itself",
    fix: "Leave rotateBefore out; the reader account's token does not expire.",
  },
  {
    find: (mesh) => when(mesh.access.credentials === "rancherToken", ["spec", "access", "credentials"]),
    cannot: "use Rancher tokens as remote credentials",
    fix: "Write credentials: serviceAccount.",
  },
  {
    find: (mesh) => when(mesh.hardening.podSecurity !== undefined, ["spec", "hardening", "podSecurity"]),
    cannot: "set pod security standards",
    fix: "Leave podSecurity out, and label the namespaces yourself if they need it.",
  },
  {
    find: (mesh) => when(mesh.hardening.networkPolicies, ["spec", "hardening", "networkPolicies"]),
    cannot: "render network policies",
    fix: "Leave networkPolicies out. Where the cluster denies traffic by default, the mesh's ports have to be opened by other means.",
  },
  {
    find: (mesh) => when(mesh.trust.root.kind === "secretRef", ["spec", "trust", "root", "secretRef"]),
    cannot: "take the root from a Secret",
    fix: "Give the root as certFile and keyFile.",
  },
  {
    find: (mesh) =>
      mesh.clusters.flatMap((cluster, index) =>
        when(cluster.eastWestAddresses.length > 0, ["spec", "clusters", index, "eastWest", "addresses"]),
      ),
    cannot: "announce other gateway addresses than those of the Service",
    fix: "Leave addresses out, and have the load balancer show its public address in the Service's status.",
  },
  {
    find: (mesh) =>
      mesh.services.flatMap((service, index) =>
        when(service.failover !== undefined, ["spec", "services", index, "failover"]),
      ),
    cannot: "set up failover",
    fix: "Leave failover out.",
  },
  {
    find: (mesh) =>
      mesh.services.flatMap((service, index) => when(!service.exported, ["spec", "services", index, "export"])),
    cannot: "keep a service cluster-local",
    fix: "Leave export out, or set Istio's serviceSettings under spec.istio.values.meshConfig.",
  },
  {
    find: (mesh) => routesWith(mesh, (route) => route.match.fromRegions.length > 0, ["match", "fromRegions"]),
    cannot: "limit a route to regions",
    fix: "Leave fromRegions out.",
  },
  {
    find: (mesh) => routesWith(mesh, (route) => route.tls !== undefined, ["tls"]),
    cannot: "serve a route by HTTPS",
    fix: "Leave tls out; the route is then served by HTTP.",
  },
  {
    find: (mesh) => routesWith(mesh, (route) => route.dns !== undefined, ["dns"]),
    cannot: "publish hosts in DNS",
    fix: "Leave dns out, and write the records by other means.",
  },
  {
    find: (mesh) => mesh.issuers.map((_, index) => ["spec", "issuers", index]),
    cannot: "set up issuers of certificates",
    fix: "Leave issuers out.",
  },
  {
    find: (mesh) => when(mesh.dns !== undefined, ["spec", "dns"]),
    cannot: "write DNS records",
    fix: "Leave dns out, and write the records by other means.",
  },
];

function when(condition: boolean, path: Path): readonly Path[] {
  return condition ? [path] : [];
}

function routesWith(mesh: Mesh, test: (route: Route) => boolean, field: Path): readonly Path[] {
  return mesh.services.flatMap((service, serviceIndex) =>
    service.routes.flatMap((route, index) =>
      when(test(route), ["spec", "services", serviceIndex, "routes", index, ...field]),
    ),
  );
}
