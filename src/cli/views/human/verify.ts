import type { IngressProof, Verification } from "../../../engine/operations/verify.ts";
import type { Palette } from "./palette.ts";

/** The proof as text: per ingress the endpoints of each version, then the measured split with its interval. */
export function viewVerification(verification: Verification, palette: Palette): string {
  const lines = verification.proofs.flatMap((proof) => viewProof(proof, palette));
  const away = verification.unreachable.map(
    (one) => `${palette.bad("×")} ${one.cluster} does not answer: ${one.diagnostic.summary}`,
  );
  const verdict = verification.ok
    ? palette.good("√ verified")
    : palette.bad(
        `× ${verification.proofs.filter((proof) => !proof.ok).length + away.length} of ${verification.proofs.length + away.length} proofs failed`,
      );
  return [...lines, ...away, verdict].join("\n");
}

function viewProof(proof: IngressProof, palette: Palette): string[] {
  const mark = proof.ok ? palette.good("√") : palette.bad("×");
  const title = `${mark} ${palette.strong(proof.cluster)}  ${proof.namespace}/${proof.service}, route ${proof.route}${proof.url === "" ? "" : `, ${proof.url}`}`;
  const endpoints = proof.endpoints.map((finding) => {
    const seen = finding.seen.length === 0 ? "no endpoint" : finding.seen.join(", ");
    return `    endpoints ${finding.version}: ${seen}${finding.ok ? "" : palette.bad("  ← wrong")}`;
  });
  const weights = proof.weights.map((one) => {
    const interval = `${percent(one.low)} to ${percent(one.high)}`;
    const verdict = one.agrees ? "" : palette.bad(`  ← not as asked (p ${one.pValue.toExponential(1)})`);
    return `    ${one.version}: asked ${one.asked} %, measured ${percent(one.measured)} (${one.answers} of ${proof.requests}; 99.9 % interval ${interval})${verdict}`;
  });
  const failures = proof.failures.map((failure) =>
    palette.bad(`    ${failure.count} of ${proof.requests} requests: ${failure.reason}`),
  );
  return [title, ...endpoints, ...weights, ...failures];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
