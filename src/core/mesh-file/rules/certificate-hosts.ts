import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { isIpv4 } from "../schema/addresses.ts";
import { routesOf } from "../walk-draft.ts";

/** Hosts for which a certificate is asked are names, and wildcards are proven by DNS: https://letsencrypt.org/docs/challenge-types/ */
export function checkCertificateHosts(draft: MeshDraft): readonly Finding[] {
  const issuers = new Map(
    itemsOf(draft.spec?.issuers).flatMap(([, issuer]) => (issuer.name === undefined ? [] : [[issuer.name, issuer]])),
  );
  return routesOf(draft).flatMap(({ value, path }) => {
    const { tls } = value;
    const addresses = tls === undefined ? [] : itemsOf(value.hosts).filter(([, host]) => isIpv4(host));
    if (addresses.length > 0) {
      return addresses.map(([index, host]): Finding => ({
        code: "ISM157",
        path: [...path, "hosts", index],
        detail: `${host} is an address. Clients that connect to an address send no name in the TLS handshake (RFC 6066, 3), by which a gateway chooses the certificate, and issuers are asked for names.`,
        fix: "Write a name that leads to the address, or delete tls for a route without HTTPS.",
      }));
    }
    const issuer = issuers.get(tls?.issuer ?? "");
    if (tls?.issuer === undefined || issuer === undefined) {
      return [];
    }
    const { acme } = issuer;
    const byPage = acme !== undefined && "http01" in acme && !("dns01" in acme);
    return itemsOf(value.hosts).flatMap(([index, host]): readonly Finding[] => {
      if (host === "*") {
        return [
          {
            code: "ISM157",
            path: [...path, "hosts", index],
            detail: `The route asks issuer ${tls.issuer} for a certificate, and * is no name that a certificate could be for.`,
            fix: "Name the hosts, or delete issuer and fill the Secret by other means.",
          },
        ];
      }
      return host.startsWith("*.") && byPage
        ? [
            {
              code: "ISM157",
              path: [...path, "hosts", index],
              detail: `Issuer ${tls.issuer} proves names by http01, and an ACME server issues a certificate for a wildcard such as ${host} only when a DNS record proves it.`,
              fix: "Use an issuer with dns01 for this route, or name its hosts one by one.",
            },
          ]
        : [];
    });
  });
}
