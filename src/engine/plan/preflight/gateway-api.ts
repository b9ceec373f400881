import { errorOf } from "../../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { drainedBefore } from "../../../core/drain/by-gateway-api.ts";
import { effectiveRelease } from "../../../core/releases/istio-releases.ts";
import { gatewayApiVersion } from "../../../core/render/names.ts";
import { usesGatewayApi } from "../../../core/routing/version-service.ts";
import { KubeError } from "../../../kube/errors.ts";
import type { Connected } from "../../clusters/connect-clusters.ts";
import type { PreflightRule } from "./preflight-rule.ts";
import { kubectlLine } from "../../../core/kubectl-line.ts";

/**
 * A cluster without the definitions of the Gateway API where routes are made of
 * them (ISM769): isthmus installs none, since whoever has them in a cluster
 * shares them with others. And a service that is drained from before its routes
 * were of the Gateway API (ISM601).
 */
export const gatewayApi: PreflightRule = {
  name: "gateway-api",
  find: async ({ meshFile: { mesh }, members }, { signal }) => {
    const services = mesh.services.filter(usesGatewayApi);
    if (services.length === 0) {
      return [];
    }
    const { gatewayApi: release = "" } = effectiveRelease(mesh.istio.version);
    const lacking = await Promise.all(
      members.map(async (one) => ((await isServed(one, signal)) ? [] : [notServed(one, release)])),
    );
    const drained = services.flatMap((service) =>
      (service.drains ?? []).map(({ cluster }) => drainedBefore(service, cluster)),
    );
    return [...lacking.flat(), ...drained];
  },
};

/** What may not be listed is served; of a cluster that stops answering the plan itself tells. */
async function isServed({ client }: Connected, signal: AbortSignal): Promise<boolean> {
  try {
    await client.list({ apiVersion: gatewayApiVersion, kind: "HTTPRoute" }, { signal });
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof KubeError) {
      return error.kind !== "no-such-kind";
    }
    throw error;
  }
}

function notServed({ cluster, context }: Connected, release: string): Diagnostic {
  const page = `https://github.com/kubernetes-sigs/gateway-api/releases/download/v${release}/standard-install.yaml`;
  const command = kubectlLine(context.context, "apply", "--server-side", "-f", page);
  return {
    ...errorOf("ISM769"),
    detail: `Cluster ${cluster.name} does not serve ${gatewayApiVersion}, and routes of the mesh file are made of it (api: gatewayAPI). Nothing was changed.`,
    fix: `Install its definitions, of the release that Istio is built with, then run the same command again:\n    ${command}`,
    cluster: cluster.name,
  };
}
