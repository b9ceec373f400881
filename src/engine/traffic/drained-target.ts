import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { coded } from "../../core/diagnostics/coded.ts";
import { lostVersions, withDrains } from "../../core/drain/drained-mesh.ts";
import { meshFileWords } from "../../core/mesh-file-words.ts";
import type { Mesh, Route, Service } from "../../core/model/mesh.ts";
import { quoteCommand } from "../../core/quote-command.ts";
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

/**
 * What has to be said of weights that versions do not get while they are
 * drained: an error for those of `raised`, which are to get more than before.
 */
export function findDrainedVersions(
  asked: Target,
  { service }: Target,
  { raised, file }: { readonly raised: readonly string[]; readonly file: string },
): readonly Diagnostic[] {
  return lostVersions(service)
    .filter((version) => (asked.route.weights[version] ?? 0) > 0)
    .map((version) => {
      const { clusters = [] } = service.versions.find(({ name }) => name === version) ?? {};
      return {
        ...coded("ISM613", raised.includes(version) ? "error" : "warning"),
        detail: `${version} of ${service.namespace}/${service.name} runs in ${clusters.join(", ")} only, where it is drained: its ${asked.route.weights[version] ?? 0} % of route ${asked.route.name} go to the other versions until undrain.`,
        fix: `Put it back first: ${clusters.map((cluster) => quoteCommand(["isthmus", "undrain", cluster, ...meshFileWords(file)])).join(" or ")}. With --force the mesh file gets the weights already.`,
      };
    });
}
