import { isInZone } from "../../front-door/dns-records.ts";
import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { isIpv4 } from "../schema/addresses.ts";
import { routesOf } from "../walk-draft.ts";
import { checkProvider, namedHost } from "./published-hosts.ts";

/** What isthmus orders it proves by records in the zone of spec.dns: there is one, and the hosts are in it. */
export function checkProvenNames(draft: MeshDraft): readonly Finding[] {
  const own = new Set(
    itemsOf(draft.spec?.issuers).flatMap(([, issuer]) => ("isthmus" in issuer && issuer.name ? [issuer.name] : [])),
  );
  const { dns } = draft.spec ?? {};
  const hasDns = draft.spec !== undefined && "dns" in draft.spec;
  const zone = dns?.zone === undefined ? undefined : namedHost(dns.zone);
  const routes = routesOf(draft);
  const [first] = routes.filter(({ value: { tls } }) => own.has(tls?.issuer ?? ""));
  const published = routes.some(({ value }) => value.dns?.via === "isthmus");
  // Said once where routes publish names too.
  const written =
    first === undefined || dns === undefined || published
      ? []
      : checkProvider(dns, { other: [...first.path, "tls", "issuer"], otherwise: "use an issuer with acme" });
  const placed = routes.flatMap(({ value: { tls, hosts }, path }): readonly Finding[] => {
    if (tls?.issuer === undefined || !own.has(tls.issuer)) {
      return [];
    }
    if (!hasDns) {
      return [
        {
          code: "ISM657",
          path: [...path, "tls", "issuer"],
          detail: `isthmus is to order the certificate from ${tls.issuer}, and proves its names by DNS records: nothing says in which zone and through which provider.`,
          fix: "Add dns with zone and provider under spec, or use an issuer with acme.",
        },
      ];
    }
    return itemsOf(hosts)
      .filter(
        ([, host]) =>
          host !== "*" && !isIpv4(host) && zone !== undefined && !isInZone(namedHost(host).replace(/^\*\./, ""), zone),
      )
      .map(([index, host]) => ({
        code: "ISM657",
        path: [...path, "hosts", index],
        detail: `isthmus is to order the certificate from ${tls.issuer}, and ${host} is not in the zone ${zone}, the only one that it writes records into.`,
        other: ["spec", "dns", "zone"],
        fix: `Use a host below ${zone}, or give this route an issuer with acme.`,
      }));
  });
  return [...written, ...placed];
}
