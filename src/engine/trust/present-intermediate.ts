import type { IntermediateFacts } from "../../core/decide/intermediate.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import { trustDomainOf } from "../../core/model/trust-domain.ts";
import { describeLacks } from "../../pki/describe-lacks.ts";
import type { ChainFlaw } from "../../pki/find-chain.ts";
import type { CertificateFacts } from "../../pki/inspect.ts";
import { inspectAuthority } from "../../pki/inspect.ts";
import type { Connected } from "../clusters/connect-clusters.ts";

/** The intermediate that a cluster has, as `decideIntermediate` judges it. */
export type PresentIntermediate = NonNullable<IntermediateFacts["present"]> & {
  readonly effect: ChainFlaw["effect"];
  /** Certificates that are not valid now and that no new intermediate would mend, in words. */
  readonly notValid: readonly string[];
};

/** What Secret istio-system/cacerts of a cluster holds; undefined where there is none. What cannot be used is described by its flaw. */
export function presentIntermediate(one: Connected, now: Date, mesh: Mesh): PresentIntermediate | undefined {
  const { authority, authorityLacks } = one.facts;
  if (authority === undefined) {
    return authorityLacks.length === 0 ? undefined : damaged(describeLacks(authorityLacks));
  }
  try {
    const { intermediate, above, roots, flaw } = inspectAuthority(authority, now, trustDomainOf(mesh));
    return {
      trusts: roots,
      leadsTo: [intermediate, ...above].map(({ identity }) => identity),
      notBefore: intermediate.notBefore.getTime(),
      notAfter: intermediate.notAfter.getTime(),
      locality: intermediate.locality,
      flaw: flaw?.words,
      effect: flaw?.effect ?? "istiod",
      notValid: [
        ...(intermediate.notBefore > now ? [describeDates(intermediate, now)] : []),
        ...above.flatMap((certificate) =>
          certificate.notBefore > now || certificate.notAfter < now ? [describeDates(certificate, now)] : [],
        ),
      ],
    };
  } catch (error) {
    return damaged(`a part is not readable: ${(error as Error).message}`);
  }
}

function damaged(flaw: string): PresentIntermediate {
  return {
    trusts: [],
    leadsTo: [],
    notBefore: 0,
    notAfter: 0,
    locality: undefined,
    flaw,
    effect: "istiod",
    notValid: [],
  };
}

function describeDates({ subject, notBefore, notAfter }: CertificateFacts, now: Date): string {
  return notAfter < now
    ? `"${subject}" ended on ${notAfter.toISOString()}`
    : `"${subject}" is valid only from ${notBefore.toISOString()}`;
}
