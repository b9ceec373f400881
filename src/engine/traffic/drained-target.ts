import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { coded } from "../../core/diagnostics/coded.ts";
import { lostVersions, mergeDrains, withDrains } from "../../core/drain/drained-mesh.ts";
import { meshFileWords } from "../../core/mesh-file-words.ts";
import type { Drain } from "../../core/model/drain.ts";
import type { Mesh, Route, Service } from "../../core/model/mesh.ts";
import { quoteCommand } from "../../core/quote-command.ts";
import type { KubeClient } from "../../kube/client.ts";
import { KubeError } from "../../kube/errors.ts";
import { withinClusterTime } from "../clusters/cluster-time.ts";
import type { ClusterContext } from "../clusters/connect-clusters.ts";
import { readDrains } from "../facts/read-drains.ts";
import type { RunOptions } from "../options.ts";

interface Target {
  readonly service: Service;
  readonly route: Route;
}

interface AskedClient {
  readonly one: ClusterContext;
  readonly client: KubeClient;
}

/** The mesh with what the clusters record of drains, and the same route in it: its weights are those that are left. */
export async function withDrainedTarget(
  asked: Mesh,
  target: Target,
  clients: readonly AskedClient[],
  options: Pick<RunOptions, "signal" | "clusterTimeoutMs">,
): Promise<{ readonly mesh: Mesh; readonly target: Target }> {
  const records = await Promise.all(clients.map(async (asking) => drainsIn(asked.name, asking, options)));
  const mesh = withDrains(asked, mergeDrains(records.flat()));
  const service = mesh.services.find(
    ({ name, namespace }) => name === target.service.name && namespace === target.service.namespace,
  );
  const route = service?.routes.find(({ name }) => name === target.route.name);
  return { mesh, target: service === undefined || route === undefined ? target : { service, route } };
}

/** A cluster that takes too long to say it records nothing. */
async function drainsIn(
  mesh: string,
  { one, client }: AskedClient,
  options: Pick<RunOptions, "signal" | "clusterTimeoutMs">,
): Promise<readonly Drain[]> {
  try {
    return await withinClusterTime(one, options, async (signal) => readDrains(mesh, [{ client }], signal));
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof KubeError) {
      return [];
    }
    throw error;
  }
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
