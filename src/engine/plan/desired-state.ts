import type { PlacedObject } from "../../core/render/place-objects.ts";
import type { Materials } from "../../core/render/materials.ts";
import { rancherLocalTarget } from "../../core/render/names.ts";
import { renderCluster, renderRancherLocal } from "../../core/render/render-mesh.ts";
import { eastWestPlace } from "../../core/routing/east-west-place.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import { isManagedInScope } from "../clusters/scope.ts";
import { keptCertificates } from "../front-door/plan-certificates.ts";
import type { RunOptions } from "../options.ts";
import { keptAuthorities, knownCredentials } from "../trust/known-credentials.ts";
import type { CurrentState } from "./current-state.ts";

/** What the clusters are to hold. */
export interface DesiredState {
  readonly materials: Materials;
  /** What belongs to a cluster, or to Rancher's own, by its name: of those in scope that answer. */
  readonly objects: ReadonlyMap<string, readonly PlacedObject[]>;
}

/** What rendering can use of the current state without asking anybody anything more. */
export function knownInputs(current: CurrentState): Omit<Materials, "remoteCredentials"> {
  const { platforms, istioManifests, services, connected, found, trust, certificates } = current;
  return {
    platforms,
    istioManifests,
    ...services,
    authorities: keptAuthorities(connected, trust),
    certificates: keptCertificates(certificates),
    installed: installedIn(connected),
    namedGateways: namedGatewaysIn(connected),
    apiAddresses: Object.fromEntries(found.map((one) => [one.cluster.name, one.context.server])),
    apiPorts: Object.fromEntries(connected.map((one) => [one.cluster.name, one.facts.apiPorts])),
    ingressAddresses: Object.fromEntries(connected.map((one) => [one.cluster.name, one.facts.ingressAddresses])),
  };
}

/** What somebody has installed, by cluster; empty where isthmus installs Istio. */
function installedIn(connected: readonly Connected[]): NonNullable<Materials["installed"]> {
  return Object.fromEntries(
    connected.flatMap(({ cluster, facts }) =>
      facts.installed === undefined ? [] : [[cluster.name, facts.installed] as const],
    ),
  );
}

/** The Services that the mesh file names as east-west gateways, by cluster. */
function namedGatewaysIn(connected: readonly Connected[]): NonNullable<Materials["namedGateways"]> {
  return Object.fromEntries(
    connected.flatMap(({ cluster, facts: { installed, namedGateway } }) => {
      const place = eastWestPlace(cluster);
      const found =
        namedGateway?.service ??
        installed?.gateways.find(({ namespace, name }) => namespace === place.namespace && name === place.name);
      return found === undefined ? [] : [[cluster.name, found] as const];
    }),
  );
}

/**
 * Renders what every cluster is to hold. Rejects with a UserError (65) for
 * different objects of one identity, and with what Rancher says when it is asked for its tokens.
 */
export async function renderDesired(
  current: CurrentState,
  options: Pick<RunOptions, "now" | "signal">,
): Promise<DesiredState> {
  const { meshFile, open, connected, members, scope } = current;
  const { mesh } = meshFile;
  const materials: Materials = {
    ...knownInputs(current),
    remoteCredentials: await knownCredentials(mesh, connected, open.rancher, options),
  };
  const render = (one: Connected): readonly PlacedObject[] => renderCluster(mesh, one.cluster, materials).objects;
  const objects = new Map(members.map((one) => [one.cluster.name, render(one)]));
  if (open.rancherLocal?.kind === "connected") {
    const managed = renderRancherLocal(mesh).filter(({ object }) => isManagedInScope(mesh, scope, object.metadata));
    objects.set(rancherLocalTarget, managed);
  }
  return { materials, objects };
}
