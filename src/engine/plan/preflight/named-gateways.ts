import { judgeNamedGateway } from "../../../core/decide/named-gateway.ts";
import type { PreflightRule } from "./preflight-rule.ts";

/** A gateway that the mesh file names beside an Istio of ours and that cannot be the cluster's east-west gateway (ISM754). */
export const namedGateways: PreflightRule = {
  name: "named-gateways",
  find: ({ members }) =>
    members.flatMap(({ cluster, context, facts: { namedGateway } }) =>
      namedGateway === undefined ? [] : judgeNamedGateway({ cluster, context: context.context, gateway: namedGateway }),
    ),
};
