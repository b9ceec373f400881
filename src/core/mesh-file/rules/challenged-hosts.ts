import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { describePath } from "../path.ts";
import { standsFor } from "../../routing/hosts.ts";
import { routesOf, type PlacedRoute } from "../walk-draft.ts";

/**
 * A host that is proven by http01 has routes of its own at port 80, those of the
 * challenges: a route without TLS that would take its requests by a wildcard
 * takes them no more (docs/adr/0035).
 */
export function checkChallengedHosts(draft: MeshDraft): readonly Finding[] {
  const byPage = new Set(
    itemsOf(draft.spec?.issuers).flatMap(([, { name, acme }]) =>
      name !== undefined && acme !== undefined && "http01" in acme ? [name] : [],
    ),
  );
  const all = routesOf(draft);
  const plain = all.filter(({ value }) => value.tls === undefined && value.gateway !== "mesh");
  const listed = new Set(plain.flatMap(hostsOf));
  return all.flatMap((secured) => {
    const { value, path } = secured;
    return value.tls?.issuer === undefined || !byPage.has(value.tls.issuer)
      ? []
      : itemsOf(value.hosts).flatMap(([index, host]): readonly Finding[] => {
          const name = host.toLowerCase();
          const wildcard = plain.find((other) => hostsOf(other).some((one) => standsFor(one, name)));
          return listed.has(name) || name.startsWith("*") || wildcard === undefined
            ? []
            : [
                {
                  code: "ISM667",
                  path: [...path, "hosts", index],
                  other: [...wildcard.path, "hosts"],
                  detail: `${host} is proven by http01, so that port 80 has the challenges' route for it. ${describePath(wildcard.path)} takes its other requests there by a wildcard, and would take none of them any more: proxies choose the host that fits best, and then its routes alone.`,
                  fix: `Write that route a second time, under another name and with hosts: [${host}], or use an issuer with dns01.`,
                },
              ];
        });
  });
}

function hostsOf({ value }: PlacedRoute): readonly string[] {
  return itemsOf(value.hosts).map(([, host]) => host.toLowerCase());
}
