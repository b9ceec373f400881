import type { GatewayThere } from "../../../core/decide/named-gateway.ts";
import { judgeNamedGateway } from "../../../core/decide/named-gateway.ts";
import type { Mesh } from "../../../core/model/mesh.ts";
import { revisionOf } from "../../../core/render/istio-operator.ts";
import type { PreflightRule } from "./preflight-rule.ts";

/** A gateway that the mesh file names beside an Istio of ours and that cannot be the cluster's east-west gateway (ISM754). */
export const namedGateways: PreflightRule = {
  name: "named-gateways",
  find: ({ meshFile: { mesh }, members }) =>
    members.flatMap(({ cluster, context, facts: { namedGateway } }) =>
      namedGateway === undefined
        ? []
        : judgeNamedGateway({ cluster, context: context.context, gateway: namedGateway, istio: istioOf(mesh) }),
    ),
};

function istioOf({ istio }: Mesh): GatewayThere["istio"] {
  const revision = revisionOf(istio.values);
  return { version: istio.version, ...(revision === undefined ? {} : { revision }) };
}
