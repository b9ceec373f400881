import type { TlsSecretFacts } from "./certificate-facts.ts";
import { applyCommand } from "./commands.ts";
import type { MeshFacts, MeshOutline, ReachedCluster } from "./facts.ts";

/** The issuer by which isthmus orders the certificate of that Secret; undefined for certificates of others. */
export function ownIssuerOf(
  { services, ownIssuers = {} }: MeshOutline,
  secretName: string,
): NonNullable<MeshOutline["ownIssuers"]>[string] | undefined {
  return services
    .flatMap(({ routes }) => routes)
    .flatMap(({ tls }) => (tls?.secretName === secretName ? (ownIssuers[tls.issuer ?? ""] ?? []) : []))[0];
}

/** The apply that fills such a Secret: of one that somebody else has written since it takes the fields over, which would be refused otherwise. */
export function fillCommand(
  facts: MeshFacts,
  { cluster }: ReachedCluster,
  { written }: Pick<TlsSecretFacts, "written">,
): string {
  return written === undefined || ["", "isthmus"].includes(written.by)
    ? applyCommand(facts)
    : applyCommand(facts, { cluster, force: ["Secret"] });
}
