import type { Diagnostic, SourceRange } from "../diagnostics/diagnostic.ts";
import type { Mesh } from "../model/mesh.ts";
import type { SpecPath } from "./source-map.ts";
import { newestIstioVersion } from "./istio-version.ts";

interface Gap {
  readonly path: SpecPath;
  readonly what: string;
  readonly instead: string;
}

/**
 * What a valid mesh file may ask for and this version cannot carry out yet.
 * `validate` says so as warnings; everything that would act on the file
 * refuses, since half of what was asked for is worse than a clear no. Lines go
 * away as features land.
 */
export function findUnsupported(mesh: Mesh, locate: (path: SpecPath) => SourceRange): readonly Diagnostic[] {
  return [...meshGaps(mesh), ...mesh.clusters.flatMap(clusterGaps), ...mesh.services.flatMap(serviceGaps)].map((gap) => ({
    code: "ISM190",
    severity: "error",
    summary: "Not supported by this version",
    detail: `The file is valid, but this version of isthmus cannot ${gap.what} yet.`,
    fix: gap.instead,
    range: locate(gap.path),
  }));
}

function meshGaps(mesh: Mesh): Gap[] {
  const { istio, access, hardening, trust } = mesh;
  const gaps: (Gap | undefined)[] = [
    when(istio.install !== "istioctl", ["spec", "istio", "install"], `install Istio by ${istio.install}`, "Use install: istioctl."),
    when(
      istio.install === "istioctl" && minorOf(istio.version) < oldestMinor,
      ["spec", "istio", "version"],
      `install Istio ${istio.version}`,
      `Use 1.${oldestMinor}.0 or newer, up to ${newestIstioVersion}.`,
    ),
    when(mesh.rancher !== undefined, ["spec", "rancher"], "talk to Rancher", "Reach the clusters by kubeconfig contexts."),
    when(access.credentials !== "serviceAccount", ["spec", "access", "credentials"], "use Rancher tokens between clusters", "Use credentials: serviceAccount."),
    when(hardening.networkPolicies, ["spec", "hardening", "networkPolicies"], "render NetworkPolicies", "Leave it out."),
    when(hardening.podSecurity !== undefined, ["spec", "hardening", "podSecurity"], "set pod security levels", "Leave it out."),
    when(trust.root.kind === "secretRef", ["spec", "trust", "root"], "read a root from a cluster", "Name the root's files: certFile and keyFile."),
    when(mesh.issuers.length > 0, ["spec", "issuers"], "make certificate issuers", "Leave them out."),
    when(mesh.dns !== undefined, ["spec", "dns"], "publish DNS records", "Leave it out."),
  ];
  return gaps.filter((gap) => gap !== undefined);
}

/** The first release whose IstioOperator and API versions are the ones that are rendered (facts 2.2). */
const oldestMinor = 24;

function minorOf(version: string): number {
  return Number(version.split(".")[1] ?? 0);
}

function clusterGaps(cluster: Mesh["clusters"][number], index: number): Gap[] {
  const at = ["spec", "clusters", index] as const;
  const gaps = [
    when(cluster.access.kind === "rancher", [...at, "rancherId"], "reach clusters through Rancher", "Use a kubeconfig context."),
    when(cluster.eastWestAddresses.length > 0, [...at, "eastWest"], "announce other addresses for an east-west gateway", "Give the gateway's Service an address that the other clusters reach."),
  ];
  return gaps.filter((gap) => gap !== undefined);
}

function serviceGaps(service: Mesh["services"][number], index: number): Gap[] {
  const at = ["spec", "services", index] as const;
  const gaps = [
    when(service.failover !== undefined, [...at, "failover"], "set up failover", "Leave it out."),
    when(!service.exported, [...at, "export"], "keep a service cluster-local", "Leave it out."),
    ...service.routes.flatMap((route, place) => [
      when(route.tls !== undefined, [...at, "routes", place, "tls"], "end TLS at the gateway", "Leave it out."),
      when(route.dns !== undefined, [...at, "routes", place, "dns"], "publish DNS records", "Leave it out."),
      when(route.match.fromRegions.length > 0, [...at, "routes", place, "match", "fromRegions"], "route by region", "Leave it out."),
    ]),
  ];
  return gaps.filter((gap) => gap !== undefined);
}

function when(condition: boolean, path: SpecPath, what: string, instead: string): Gap | undefined {
  return condition ? { path, what, instead } : undefined;
}
