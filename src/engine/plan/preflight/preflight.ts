import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import type { ExitCode } from "../../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import { explainRancherError } from "../../clusters/rancher-link.ts";
import type { ProgramLookup, RunOptions } from "../../options.ts";
import type { CurrentState } from "../current-state.ts";
import { certificateWriters } from "./certificate-writers.ts";
import { clusterAccess } from "./cluster-access.ts";
import { distinctClusters } from "./distinct-clusters.ts";
import { existingIstio } from "./existing-istio.ts";
import { gatewayApi } from "./gateway-api.ts";
import { injectionLabels } from "./injection-labels.ts";
import { istioValidation } from "./istio-validation.ts";
import { kubernetesVersion } from "./kubernetes-version.ts";
import { meshMembership } from "./mesh-membership.ts";
import { namedGateways } from "./named-gateways.ts";
import { nodeLocality } from "./node-locality.ts";
import type { PreflightRule } from "./preflight-rule.ts";
import { rancherAccess } from "./rancher-access.ts";
import { rancherServiceAccounts } from "./rancher-service-accounts.ts";
import { sharedPorts } from "./shared-ports.ts";
import { trust } from "./trust.ts";

/** Every rule is asked, whatever the others find; diagnostics come in this order. */
export const preflightRules: readonly PreflightRule[] = [
  distinctClusters, // make sure that no cluster is changed as if it were two
  clusterAccess, // say what works from this machine and not between the clusters
  rancherAccess, // say what Rancher does not keep its promise about
  existingIstio, // make sure that what somebody has installed can be joined
  namedGateways, // make sure that other networks come in where the mesh file says
  injectionLabels, // make sure that somebody injects
  meshMembership, // make sure that no other mesh loses a cluster
  trust, // make sure that live workloads go on trusting each other
  kubernetesVersion, // make sure that Istio can be installed
  nodeLocality, // say where traffic will not stay as near as the mesh file means it to
  rancherServiceAccounts, // make sure that istiod can sign in where it is to read
  gatewayApi, // make sure that the clusters have what the routes are made of
  sharedPorts, // make sure that the routes' gateways get their ports
  certificateWriters, // make sure that nobody undoes the certificates that are ordered
  istioValidation, // make sure that Istio takes what it gets
];

/** What the rules found. */
export interface Preflight {
  readonly refusals: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
  /** That of the first rule that refuses. */
  readonly exitCode: ExitCode;
}

/**
 * Asks all rules side by side, so that one run names everything. A rule that
 * fails with what a person can mend refuses by that; rejects with anything else.
 */
export async function preflight(
  current: CurrentState,
  options: RunOptions & ProgramLookup,
  rules: readonly PreflightRule[] = preflightRules,
): Promise<Preflight> {
  const settled = await Promise.allSettled(rules.map(async (rule) => rule.find(current, options)));
  options.signal.throwIfAborted();
  const found = settled.map((one, index) => {
    const own = rules[index]?.exitCode ?? exitCodes.failed;
    if (one.status === "fulfilled") {
      return { diagnostics: one.value, exitCode: own };
    }
    const error = explainRancherError(one.reason);
    if (!(error instanceof UserError)) {
      throw error;
    }
    return { diagnostics: error.diagnostics, exitCode: error.exitCode };
  });
  const refuses = ({ severity }: Diagnostic): boolean => severity === "error";
  const all = found.flatMap(({ diagnostics }) => diagnostics);
  return {
    refusals: all.filter(refuses),
    warnings: all.filter((one) => !refuses(one)),
    exitCode: found.find(({ diagnostics }) => diagnostics.some(refuses))?.exitCode ?? exitCodes.failed,
  };
}

/** Throws one UserError of all refusals, if there are any. */
export function refuse({ refusals, exitCode }: Pick<Preflight, "refusals" | "exitCode">): void {
  if (refusals.length > 0) {
    throw new UserError(refusals, exitCode);
  }
}
