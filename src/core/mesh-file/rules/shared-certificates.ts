import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { Path } from "../path.ts";
import { describePath } from "../path.ts";
import { routesOf } from "../walk-draft.ts";

interface Wanted {
  readonly path: Path;
  readonly certificate: string;
  readonly secretName: string;
  readonly issuer: string;
  readonly hosts: readonly string[];
}

/**
 * Routes that share a certificate or its Secret say the same about both:
 * cert-manager fills a Secret from one Certificate, which has one issuer.
 */
export function checkSharedCertificates(draft: MeshDraft): readonly Finding[] {
  const secured = routesOf(draft).flatMap(({ value, path }) => {
    const { tls } = value;
    return tls?.secretName === undefined
      ? []
      : [{ tls, secretName: tls.secretName, path, hosts: itemsOf(value.hosts).map(([, host]) => host.toLowerCase()) }];
  });
  const issued = secured.flatMap(({ tls, secretName, path, hosts }): readonly Wanted[] =>
    tls.issuer === undefined
      ? []
      : [{ path, certificate: tls.certificate ?? secretName, secretName, issuer: tls.issuer, hosts }],
  );
  const findings = [...compareWithFirst(issued, "certificate"), ...compareWithFirst(issued, "secretName")];
  const given = secured
    .filter(({ tls }) => !("issuer" in tls))
    .flatMap(({ path, secretName, hosts }) => describeUncovered(path, secretName, hosts, issued));
  return [...findings, ...given];
}

/** Holds each certificate against the first of the same name, and each Secret against the first certificate that fills it. */
function compareWithFirst(all: readonly Wanted[], key: "certificate" | "secretName"): readonly Finding[] {
  const firsts = new Map<string, Wanted>();
  return all.flatMap((one): readonly Finding[] => {
    const first = firsts.get(one[key]);
    if (first === undefined) {
      firsts.set(one[key], one);
      return [];
    }
    const where = describePath(first.path);
    const common = { code: "ISM145" as const, other: [...first.path, "tls"] };
    if (key === "secretName") {
      return first.certificate === one.certificate
        ? []
        : [
            {
              ...common,
              path: [...one.path, "tls", "secretName"],
              detail: `The Secret ${one.secretName} is filled by the certificate ${first.certificate} of ${where}, and would be filled by ${one.certificate} too. The two would overwrite each other's key.`,
              fix: `Write certificate: ${first.certificate} in both routes, which makes it one certificate for the hosts of both, or give this one a secretName of its own.`,
            },
          ];
    }
    return [
      ...(first.secretName === one.secretName
        ? []
        : [
            {
              ...common,
              path: [...one.path, "tls", "secretName"],
              detail: `The certificate ${one.certificate} goes into the Secret ${first.secretName} for ${where}, and into ${one.secretName} here. A Certificate fills one Secret, so the gateway of one of them would have none.`,
              fix: `Write secretName: ${first.secretName} in both routes, or give this certificate a name of its own.`,
            },
          ]),
      ...(first.issuer === one.issuer
        ? []
        : [
            {
              ...common,
              path: [...one.path, "tls", "issuer"],
              detail: `The certificate ${one.certificate} is issued by ${first.issuer} for ${where}, and by ${one.issuer} here. A Certificate has one issuer.`,
              fix: `Write issuer: ${first.issuer} in both routes, or give this certificate and its Secret names of their own.`,
            },
          ]),
    ];
  });
}

/** A route that only uses a Secret has the hosts of the certificate that fills it. */
function describeUncovered(
  path: Path,
  secretName: string,
  hosts: readonly string[],
  issued: readonly Wanted[],
): readonly Finding[] {
  const owners = issued.filter((one) => one.secretName === secretName);
  const [first] = owners;
  const named = owners.flatMap((one) => one.hosts);
  const missing = hosts.filter(
    (host) => !named.some((name) => name === host || name === `*.${host.split(".").slice(1).join(".")}`),
  );
  if (first === undefined || missing.length === 0) {
    return [];
  }
  return [
    {
      code: "ISM145",
      path: [...path, "tls"],
      detail: `The Secret ${secretName} is filled by the certificate ${first.certificate} of ${describePath(first.path)}, which is not for ${missing.join(", ")}: this route names no issuer, so its hosts are not asked for.`,
      other: [...first.path, "tls"],
      fix: `Add issuer: ${first.issuer}${first.certificate === secretName ? "" : ` and certificate: ${first.certificate}`} here too, or name another Secret.`,
    },
  ];
}
