import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../../core/diagnostics/coded.ts";
import type { GatewayObject } from "../../../core/checks/facts.ts";
import { leftOutServers } from "../../../core/checks/left-out-servers.ts";
import { hasLabels } from "../../../core/model/labels.ts";
import type { Mesh } from "../../../core/model/mesh.ts";
import { networkingOf } from "../../../core/releases/istio-releases.ts";
import { renderFrontGateways } from "../../../core/render/front-gateway.ts";
import { ingressGateway } from "../../../core/render/names.ts";
import type { Connected } from "../../clusters/connect-clusters.ts";
import { listEverywhere } from "../../facts/list-known.ts";
import { readGateway } from "../../facts/read-routing.ts";
import { listOrNone } from "./list-or-none.ts";
import type { PreflightRule } from "./preflight-rule.ts";
import { kubectlLine } from "../../../core/kubectl-line.ts";

/** Gateways that an apply would make, and that an older one of somebody else's keeps from their port (ISM615). */
export const sharedPorts: PreflightRule = {
  name: "shared-ports",
  find: async ({ meshFile, members }, { signal }) =>
    (await Promise.all(members.map(async (one) => findRivals(meshFile.mesh, one, signal)))).flat(),
};

/** Labels that the ingress gateway's pods have, whoever installs it. */
const ingressLabels = { istio: "ingressgateway", app: ingressGateway };

/** Sorts behind every time: what an apply makes is the youngest. */
const later = "~";

/** One that is there already and left out is what `check` finds (ISM563): other changes must not wait for it. */
async function findRivals(
  mesh: Mesh,
  { client, cluster, context }: Connected,
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  const wanted = renderFrontGateways(mesh, cluster, { ingressAddresses: {} }).map(({ object }) => readGateway(object));
  const there = wanted.length === 0 ? [] : await listGateways({ client, mesh }, signal);
  const isThere = ({ namespace, name }: GatewayObject): boolean =>
    there.some((one) => one.namespace === namespace && one.name === name);
  const fresh = wanted.filter((one) => !isThere(one)).map((one) => ({ ...one, created: later }));
  const all = [...there, ...fresh].filter(({ selector }) => hasLabels(ingressLabels, selector));
  const lost = leftOutServers(all, (port) => port).filter(({ of, by }) => fresh.includes(of) && !fresh.includes(by));
  return [...new Set(lost.map(({ by }) => by))].map((rival) => {
    const own = lost.filter(({ by }) => by === rival);
    const names = [...new Set(own.map(({ of }) => `${of.namespace}/${of.name}`))];
    const { namespace, name } = rival;
    return {
      ...errorOf("ISM615"),
      detail: `Gateway ${namespace}/${name} of ${cluster.name} opens port ${own[0]?.port ?? 0} of the ingress gateway ${own[0]?.words ?? ""}, and would be older than ${names.join(", ")}: istiod leaves out what the older one does not go with, so that no request would reach the routes there.`,
      fix: `Whoever made it has to decide: give it another port or pods of its own (its selector), or delete it: ${kubectlLine(context.context)} -n ${namespace} delete gateway.networking.istio.io ${name}`,
      cluster: cluster.name,
    };
  });
}

/** None where Istio is not there yet. */
async function listGateways(
  { client, mesh }: Pick<Connected, "client"> & { readonly mesh: Mesh },
  signal: AbortSignal,
): Promise<readonly GatewayObject[]> {
  const kind = { apiVersion: networkingOf(mesh.istio), kind: "Gateway" };
  return listOrNone(async () => (await listEverywhere(client, kind, signal)).map(readGateway), signal);
}
