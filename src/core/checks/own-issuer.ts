import type { MeshOutline } from "./facts.ts";

/** The issuer by which isthmus orders the certificate of that Secret; undefined for certificates of others. */
export function ownIssuerOf(
  { services, ownIssuers = {} }: MeshOutline,
  secretName: string,
): NonNullable<MeshOutline["ownIssuers"]>[string] | undefined {
  return services
    .flatMap(({ routes }) => routes)
    .flatMap(({ tls }) => (tls?.secretName === secretName ? (ownIssuers[tls.issuer ?? ""] ?? []) : []))[0];
}
