import { indexName, ownerName } from "../../front-door/owner-records.ts";
import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { longestHost, routeHost } from "../schema/addresses.ts";
import type { PlacedRoute } from "../walk-draft.ts";
import { clusterNames, routesOf } from "../walk-draft.ts";

/** Hosts leave room for the records that stand beside them in DNS. */
export function checkNameLengths(draft: MeshDraft): readonly Finding[] {
  const byRecord = new Set(
    itemsOf(draft.spec?.issuers).flatMap(([, { name, acme, isthmus }]) =>
      name !== undefined && (isthmus !== undefined || (acme !== undefined && "dns01" in acme)) ? [name] : [],
    ),
  );
  const [longest = ""] = clusterNames(draft).toSorted((a, b) => b.length - a.length);
  return routesOf(draft).flatMap(({ value, path }) =>
    itemsOf(value.hosts)
      .filter(([, host]) => host !== "*" && routeHost.test(host))
      .flatMap(([index, host]): readonly Finding[] => {
        const room = longestHost - Math.max(...besideOf(value, host, { byRecord, longest }).map((one) => one.length));
        return room >= 0
          ? []
          : [
              {
                code: "ISM695",
                path: [...path, "hosts", index],
                detail: `The host has ${host.length} characters, and the records that ${value.dns?.via === "isthmus" ? "say which cluster owns its addresses" : "prove its certificate"} have longer names: ${longestHost - room} characters, where DNS has names of ${longestHost} at most.`,
                fix: `Use a host that is shorter by ${-room}.`,
              },
            ];
      }),
  );
}

/** The host itself and the names of records beside it. */
function besideOf(
  { dns, tls }: PlacedRoute["value"],
  host: string,
  { byRecord, longest }: { readonly byRecord: ReadonlySet<string>; readonly longest: string },
): readonly string[] {
  return [
    host,
    ...(dns?.via === "isthmus" ? [ownerName(longest, host), indexName(host)] : []),
    ...(tls?.issuer !== undefined && byRecord.has(tls.issuer) ? [`_acme-challenge.${host.replace(/^\*\./, "")}`] : []),
  ];
}
