import { withDrains } from "../../core/drain/drained-mesh.ts";
import type { Mesh, Route, Service } from "../../core/model/mesh.ts";
import type { KubeClient } from "../../kube/client.ts";
import { readDrains } from "../facts/read-drains.ts";

interface Target {
  readonly service: Service;
  readonly route: Route;
}

/** The mesh with what the clusters record of drains, and the same route in it: its weights are those that are left. */
export async function withDrainedTarget(
  asked: Mesh,
  target: Target,
  clients: readonly { readonly client: KubeClient }[],
  signal: AbortSignal,
): Promise<{ readonly mesh: Mesh; readonly target: Target }> {
  const mesh = withDrains(asked, await readDrains(asked.name, clients, signal));
  const service = mesh.services.find(
    ({ name, namespace }) => name === target.service.name && namespace === target.service.namespace,
  );
  const route = service?.routes.find(({ name }) => name === target.route.name);
  return { mesh, target: service === undefined || route === undefined ? target : { service, route } };
}
