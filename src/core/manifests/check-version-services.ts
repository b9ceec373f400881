import { usesGatewayApi } from "../routing/version-service.ts";
import { findService } from "./check-service.ts";
import type { CheckedService, Finding } from "./finding.ts";
import { fieldsAt } from "./pod-template.ts";

/** Routes of the Gateway API lead to a Service of each version, whose selector and port are those of the Service in the manifests. */
export function checkVersionServices(checked: CheckedService): readonly Finding[] {
  const { service } = checked;
  if (!usesGatewayApi(service)) {
    return [];
  }
  const object = findService(checked);
  const selector = object === undefined ? {} : (fieldsAt(object, ["spec", "selector"]) ?? {});
  const why = `Routes of ${service.name} are of the Gateway API (api: gatewayAPI) and lead to a Service of each version, which gets selector and port of Service ${service.name}`;
  if (object === undefined) {
    return [
      {
        code: "ISM229",
        severity: "error",
        detail: `${why}: the manifests have none of that name.`,
        fix: `Add the Service ${service.name} with the port ${service.port} to the manifests, or leave api out of the routes.`,
      },
    ];
  }
  return Object.keys(selector).length > 0
    ? []
    : [
        {
          code: "ISM229",
          severity: "error",
          object,
          detail: `${why}: it has no selector, so that nothing says which pods of the namespace are the service's.`,
          fix: "Write the labels of its pods into spec.selector, or leave api out of the routes.",
        },
      ];
}
