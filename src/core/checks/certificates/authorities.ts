import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import type { CertificateFacts } from "../certificate-facts.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { daysUntil, reachedClusters, warnDays } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import { rootCertificateOf, signing } from "../subjects.ts";

/**
 * An authority that has ended takes every connection of the mesh with it
 * (linkerd's rule: 60 days ahead). One that lives for months is renewed when
 * two thirds of that are over, as cert-manager does, and is late only then.
 */
export const authorities: Check = {
  id: "certificates/authorities",
  sentence: "no authority's certificate is about to end",
  pre: true,
  run: (facts) =>
    reachedClusters(facts).flatMap((one) => {
      if (one.authority.kind !== "present") {
        return [];
      }
      const { intermediate, above, roots } = one.authority;
      const idle = roots.filter((root) => !above.some(({ fingerprint }) => fingerprint === root.fingerprint));
      return [
        ...judge(facts, one, "intermediate", intermediate),
        ...above.flatMap((certificate, index) =>
          judge(facts, one, index === above.length - 1 ? "root" : "issuing authority", certificate),
        ),
        ...idle.flatMap((certificate) => judgeIdle(facts, one, certificate)),
      ];
    }),
};

type Place = "root" | "issuing authority" | "intermediate";

const object = { group: "", kind: "Secret", namespace: "istio-system", name: "cacerts" };

function judge(
  facts: MeshFacts,
  { cluster }: ReachedCluster,
  place: Place,
  certificate: CertificateFacts,
): readonly Finding[] {
  const subject = `The ${place} in Secret istio-system/cacerts of ${cluster} (${certificate.subject})`;
  const left = daysUntil(facts, certificate.notAfter);
  if (Date.parse(certificate.notBefore) > Date.parse(facts.takenAt)) {
    return [
      problem("ISM511", {
        detail: `${subject} is valid only from ${certificate.notBefore}; the facts were taken at ${facts.takenAt}. istiod does not start with it, and proxies refuse what it signs.`,
        fix: "Set the clock that is wrong, the one of this machine or of the one that made the certificate; or wait until then.",
        cluster,
        object,
        ...subjectsOf(cluster, place, certificate, [signing(cluster)]),
      }),
    ];
  }
  if (Date.parse(certificate.notAfter) <= Date.parse(facts.takenAt)) {
    return [
      ended(problem, {
        detail: `${subject} ended on ${certificate.notAfter.slice(0, 10)}. An istiod that starts now does not start with it, and proxies refuse what it has signed.`,
        fix: fixes[place].ended,
        cluster,
        object,
        ...subjectsOf(cluster, place, certificate, [signing(cluster)]),
      }),
    ];
  }
  const lifetime = (Date.parse(certificate.notAfter) - Date.parse(certificate.notBefore)) / (24 * 3600 * 1000);
  return left >= Math.min(warnDays, lifetime / 3)
    ? []
    : [
        warning("ISM449", {
          detail: `${subject} ends on ${certificate.notAfter.slice(0, 10)}, in ${left} days.`,
          fix: fixes[place].ends,
          cluster,
          object,
          ...subjectsOf(cluster, place, certificate, []),
        }),
      ];
}

/** What is above the clusters' own intermediates is the same in all of them: the first of them tells that it ends. */
function subjectsOf(
  cluster: string,
  place: Place,
  { fingerprint }: CertificateFacts,
  breaks: readonly Subject[],
): { readonly breaks: readonly Subject[]; readonly needs: readonly Subject[] } {
  const shared = place === "intermediate" ? [] : [rootCertificateOf(fingerprint)];
  return { breaks: [...breaks, ...shared], needs: shared };
}

/** A root that nothing of this cluster leads to: the old or the new one while it is being replaced. */
function judgeIdle(
  facts: MeshFacts,
  { cluster }: ReachedCluster,
  { subject, notAfter, fingerprint }: CertificateFacts,
): readonly Finding[] {
  return Date.parse(notAfter) > Date.parse(facts.takenAt)
    ? []
    : [
        ended(warning, {
          detail: `A root in Secret istio-system/cacerts of ${cluster} (${subject}) ended on ${notAfter.slice(0, 10)}. ${cluster} does not sign under it.`,
          fix: "Take it out of the bundle once no cluster signs under it.",
          cluster,
          object,
          breaks: [rootCertificateOf(fingerprint)],
          needs: [rootCertificateOf(fingerprint)],
        }),
      ];
}

/** One code for what ends and what has ended, in two wordings. */
function ended(make: typeof problem, fields: Parameters<typeof problem>[1]): Finding {
  return { ...make("ISM449", fields), summary: "An authority's certificate has ended" };
}

const fixes: Readonly<Record<Place, { readonly ends: string; readonly ended: string }>> = {
  root: {
    ends: "Whoever keeps the root has to plan it now: a root is replaced in three steps: both roots trusted everywhere, then signing under the new one cluster by cluster, then the old one taken out.",
    ended:
      "No step-wise replacement is possible any more, since nobody trusts what ended. Whoever keeps the root has to give the mesh a new one: name it in spec.trust.root (or move the old files away, and an apply makes one), delete Secret istio-system/cacerts in every cluster, run isthmus apply, then restart istiod, the gateways and the workloads.",
  },
  "issuing authority": {
    ends: "Whoever made it has to issue a new one, and an intermediate of it for each cluster, before this one ends; put both into the Secret.",
    ended:
      "Whoever made it has to issue a new one, and an intermediate of it for each cluster; put both into the Secret, and restart istiod, the gateways and the workloads.",
  },
  intermediate: {
    ends: "Whoever has the root's key has to make a new intermediate before this one ends: isthmus apply renews what it has made itself, where it has that key; else have whoever made it make a new one and replace the Secret.",
    ended:
      "Whoever has the root's key has to make a new intermediate of it: isthmus apply does where it has it; else have them make one and replace the Secret. Then restart the gateways and workloads, whose certificates ended with it.",
  },
};
