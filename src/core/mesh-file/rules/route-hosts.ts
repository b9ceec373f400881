import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { describePath } from "../path.ts";
import { standsFor } from "../../routing/hosts.ts";
import { findRepeated } from "./find-repeated.ts";
import { isForSidecars, routesOf } from "../walk-draft.ts";

/** A route has hosts, of which none contains another. */
export function checkRouteHosts(draft: MeshDraft): readonly Finding[] {
  return routesOf(draft).flatMap(({ value, path }): readonly Finding[] => {
    if (!("hosts" in value)) {
      return isForSidecars(value)
        ? []
        : [
            {
              code: "ISM105",
              path: [...path, "hosts"],
              detail: `${describePath(path)} has no hosts, and there is no default for a route through a gateway.`,
              fix: 'Add hosts (list of texts), for example ["*"] for all hosts.',
            },
          ];
    }
    const hosts = itemsOf(value.hosts).map(([index, host]) => ({ index, host: host.toLowerCase() }));
    const repeated = findRepeated(hosts, ({ host }) => host).map(({ item }) => item);
    return hosts
      .filter((one) => !repeated.includes(one))
      .flatMap(({ index, host }) => {
        const wider = hosts.find((other) => standsFor(other.host, host));
        return wider === undefined
          ? []
          : [
              {
                code: "ISM150",
                path: [...path, "hosts", index],
                detail: `${host} is one of the hosts that ${wider.host} stands for already, and Istio refuses a VirtualService with both.`,
                other: [...path, "hosts", wider.index],
                fix: `Delete ${host} here, or ${wider.host} if it should not be everything.`,
              },
            ];
      });
  });
}
