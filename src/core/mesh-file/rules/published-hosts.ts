import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { routesOf } from "../walk-draft.ts";

/** Hosts that are to be published are names, and somebody can publish them. */
export function checkPublishedHosts(draft: MeshDraft): readonly Finding[] {
  const hasZone = draft.spec !== undefined && "dns" in draft.spec;
  return routesOf(draft)
    .filter(({ value }) => value.dns !== undefined)
    .flatMap(({ value, path }): readonly Finding[] => [
      ...itemsOf(value.hosts)
        .filter(([, host]) => host === "*")
        .map(([index]) => ({
          code: "ISM140" as const,
          path: [...path, "hosts", index],
          detail: "The route asks for DNS records, and * is no name that a record could have.",
          fix: "Name the hosts, or delete dns.",
        })),
      ...(value.dns?.via === "isthmus" && !hasZone
        ? [
            {
              code: "ISM140" as const,
              path: [...path, "dns", "via"],
              detail:
                "isthmus is to write the records of the route, and nothing says in which zone and through which provider.",
              fix: "Add dns with zone and provider under spec, or write via: externalDns.",
            },
          ]
        : []),
    ]);
}
