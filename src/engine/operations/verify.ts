import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { warningOf } from "../../core/diagnostics/coded.ts";
import { networkPolicies } from "../../core/checks/policies/network-policies.ts";
import { blamePolicies, failedOnTheWay } from "../../core/decide/blame-policies.ts";
import type { IngressProof } from "../../core/decide/proof.ts";
import type { Service } from "../../core/model/mesh.ts";
import { refuseSharedClusters } from "../clusters/connect-clusters.ts";
import type { OpenMesh } from "../clusters/open-mesh.ts";
import { closeMesh, openMesh } from "../clusters/open-mesh.ts";
import { factsThrough } from "./check.ts";
import { readActualEndpoints } from "../facts/ingress-endpoints.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { Verification, VerifyOptions } from "../traffic/prove-ingress.ts";
import { proveIngress } from "../traffic/prove-ingress.ts";

export type { Verification, VerifyOptions, VerifyTarget } from "../traffic/prove-ingress.ts";
export { significance } from "../traffic/judge-split.ts";

/**
 * Proves the mesh by what its ingress gateways know and by real requests to
 * them: endpoints of every service against what the clusters really run, and
 * for every route the measured split against the asked one. What cannot be
 * asked is named as not proven. A cluster that does not answer is named and the
 * others are proven all the same.
 */
export async function verifyMesh(meshFile: MeshFile, options: VerifyOptions): Promise<Verification> {
  const open = await openMesh(meshFile, options);
  const { connections } = open;
  try {
    refuseSharedClusters(meshFile, connections);
    const connected = connections.filter((one) => one.kind === "connected");
    const proofs: IngressProof[] = [];
    for (const service of meshFile.mesh.services.filter((one) => isAsked(one, options))) {
      const actual = await readActualEndpoints(connected, service, options.signal);
      const routes = service.routes.filter(
        (one) => options.only?.route === undefined || one.name === options.only.route,
      );
      for (const route of routes.length === 0 ? [undefined] : routes) {
        const ofRoute = await Promise.all(
          connected.map(async (one) => proveIngress({ meshFile, one, connected, service, route, actual }, options)),
        );
        proofs.push(...ofRoute);
      }
    }
    const unreachable = connections.flatMap((one) =>
      one.kind === "unreachable" ? [{ cluster: one.cluster.name, diagnostic: one.diagnostic }] : [],
    );
    return summarize(await explainFailures(meshFile, open, proofs, options), unreachable);
  } finally {
    await closeMesh(open);
  }
}

/** Network policies are looked at where requests failed, before anything else is blamed. */
async function explainFailures(
  meshFile: MeshFile,
  open: OpenMesh,
  proofs: readonly IngressProof[],
  options: VerifyOptions,
): Promise<readonly IngressProof[]> {
  if (!proofs.some(failedOnTheWay)) {
    return proofs;
  }
  const facts = await factsThrough(meshFile, open, options);
  const closed = networkPolicies.run(facts).filter(({ severity }) => severity === "error");
  const clusters = meshFile.mesh.clusters.map(({ name }) => name);
  return proofs.map((proof) => blamePolicies(proof, closed, clusters));
}

/** Everything that a proof has found, in the order of the proof; what several found is reported once. */
export function diagnosticsOf(verification: Verification): readonly Diagnostic[] {
  const all = [
    ...verification.proofs.flatMap((proof) => proof.diagnostics),
    ...verification.unreachable.map((one) => one.diagnostic),
    ...verification.diagnostics,
  ];
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

function summarize(proofs: readonly IngressProof[], unreachable: Verification["unreachable"]): Verification {
  const count = (state: IngressProof["state"]): number => proofs.filter((proof) => proof.state === state).length;
  const failed = count("failed") + unreachable.length;
  const notProven = count("notProven");
  const nothing = proofs.length === 0 && unreachable.length === 0;
  return {
    proofs,
    unreachable,
    diagnostics: nothing ? [nothingToProve] : [],
    proven: count("proven"),
    failed,
    notProven,
    ok: failed === 0 && notProven === 0 && !nothing,
  };
}

const nothingToProve: Diagnostic = {
  ...warningOf("ISM407"),
  detail: "The mesh file names no service, so there is nothing to ask for and nothing was proven.",
  fix: "Add services with routes to the mesh file, or run isthmus check, which judges the mesh without them.",
};

function isAsked(service: Service, options: VerifyOptions): boolean {
  return (
    options.only === undefined ||
    (options.only.service === service.name && options.only.namespace === service.namespace)
  );
}
