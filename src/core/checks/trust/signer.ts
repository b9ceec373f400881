import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { restart } from "../commands.ts";
import type { AuthorityFacts } from "../certificate-facts.ts";
import type { IstiodPod } from "../control-plane-facts.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { meshClusters } from "../reached.ts";
import { cacerts, issuedRoot, istiod } from "../subjects.ts";

/** The kubelet hands a changed Secret on within about 90 seconds. */
const patienceSeconds = 180;

/**
 * istiod takes a changed cacerts up by itself where root-cert.pem stays the same
 * to the byte, and otherwise only when it starts: until then it goes on signing
 * with what it had, and says so in one line of its log
 * (istio.io/istio, pilot/pkg/bootstrap/istio_ca.go, handleEvent).
 */
export const signer: Check = {
  id: "trust/signer",
  sentence: "istiod signs with the certificate in cacerts",
  pre: false,
  unseen: (facts) =>
    meshClusters(facts).flatMap((one) =>
      one.authority.kind === "present" && isFresh(facts, one.authority) && otherSigners(one).length > 0
        ? [
            `${one.cluster}: Secret istio-system/cacerts was written less than ${patienceSeconds / 60} minutes ago, and istiod has not taken it up yet`,
          ]
        : [],
    ),
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      const { authority } = one;
      if (authority.kind !== "present" || isFresh(facts, authority)) {
        return [];
      }
      return otherSigners(one).map(({ name, signerEnds }) =>
        problem("ISM490", {
          detail: `${name} of ${one.cluster} signs with a certificate that ends at ${signerEnds}; the one in Secret istio-system/cacerts ends at ${authority.intermediate.notAfter}. istiod has not taken the Secret up: it does so without a restart only where root-cert.pem is the same to the byte, its line breaks too.`,
          fix: "Where every proxy trusts the roots of the Secret already, restart istiod. Where the root was changed, both roots have to be trusted everywhere first: whoever keeps the root has to decide.",
          commands: [restart(one, "istio-system", "istiod")],
          cluster: one.cluster,
          object: { group: "", kind: "Secret", namespace: "istio-system", name: "cacerts" },
          breaks: [issuedRoot(one.cluster)],
          needs: [cacerts(one.cluster), istiod(one.cluster), issuedRoot(one.cluster)],
        }),
      );
    }),
};

function otherSigners(one: ReachedCluster): readonly IstiodPod[] {
  const { authority } = one;
  return authority.kind === "present"
    ? one.istiod.pods.filter(({ signerEnds }) => signerEnds !== undefined && !endsOf(authority).includes(signerEnds))
    : [];
}

type Present = Extract<AuthorityFacts, { readonly kind: "present" }>;

function isFresh(facts: MeshFacts, { changed }: Present): boolean {
  return changed !== "" && Date.parse(facts.takenAt) - Date.parse(changed) < patienceSeconds * 1000;
}

/** istiod tells the end of the first certificate in cert-chain.pem, which is one of these. */
function endsOf({ intermediate, above }: Present): readonly string[] {
  return [intermediate, ...above].map((certificate) => certificate.notAfter);
}
