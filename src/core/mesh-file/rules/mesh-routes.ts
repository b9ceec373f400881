import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { isForSidecars, routesOf } from "../walk-draft.ts";

/** A route for callers inside the mesh has nothing that only an ingress gateway has. */
export function checkMeshRoutes(draft: MeshDraft): readonly Finding[] {
  return routesOf(draft)
    .filter(({ value }) => isForSidecars(value))
    .flatMap(({ value, path }): readonly Finding[] => [
      ...(["tls", "dns"] as const)
        .filter((field) => field in value)
        .map((field) => ({
          code: "ISM149" as const,
          path: [...path, field],
          at: "key" as const,
          detail: `The route is for callers inside the mesh (gateway: mesh), and ${field === "tls" ? "HTTPS is ended at an ingress gateway; between sidecars there is mutual TLS anyway" : "only addresses of ingress gateways are published"}.`,
          fix: `Delete ${field}, or name a gateway of the route's own.`,
        })),
      ...itemsOf(value.hosts)
        .filter(([, host]) => host === "*")
        .map(([index]) => ({
          code: "ISM149" as const,
          path: [...path, "hosts", index],
          detail:
            "The route is for callers inside the mesh (gateway: mesh), and * would be every request of every pod to anything. Istio refuses it.",
          fix: "Delete hosts, which means the service's own name, or write the names that callers use.",
        })),
    ]);
}
