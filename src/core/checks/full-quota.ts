import type { ObjectId } from "../model/kube-object.ts";
import { parseQuantity } from "../model/quantity.ts";
import { eastWestGateway, ingressGateway } from "../render/names.ts";
import type { ReachedCluster } from "./facts.ts";
import { gatewayServiceId } from "./reached.ts";

const ofServices = ["services", "count/services"];

/** The quota without room for a Service that is gone, as a clause; undefined where there is room, and for other kinds. */
export function fullQuotaFor(one: ReachedCluster, { group, kind, namespace, name }: ObjectId): string | undefined {
  if (group !== "" || kind !== "Service") {
    return undefined;
  }
  const ofGateway = [ingressGateway, eastWestGateway].some((gateway) => {
    const id = gatewayServiceId(one, gateway);
    return id.namespace === namespace && id.name === name;
  });
  const counted = ofGateway ? [...ofServices, "services.loadbalancers"] : ofServices;
  const [full] = one.quotas
    .filter((quota) => quota.namespace === namespace)
    .flatMap((quota) =>
      counted.flatMap((resource) => {
        const { hard, used } = quota.resources[resource] ?? {};
        const left = (parseQuantity(hard ?? "") ?? Number.NaN) - (parseQuantity(used ?? "") ?? Number.NaN);
        return left < 1
          ? [`ResourceQuota ${quota.namespace}/${quota.name} (${resource} ${used ?? ""} of ${hard ?? ""} used)`]
          : [];
      }),
    );
  return full;
}

/** What to do first where a quota has no room for a Service that is gone: words before the command that puts it back. */
export function afterQuota(full: string, apply: string): string {
  return `An apply cannot put it back yet: ${full} has no room for it. Whoever set the quota has to decide: raise it, or have another Service give way. Then: ${apply}`;
}
