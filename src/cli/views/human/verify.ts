import type { EndpointFinding } from "../../../core/checks/endpoint-table.ts";
import type { RouteProof, ProofState } from "../../../core/decide/proof.ts";
import type { VersionVerdict } from "../../../core/decide/weights.ts";
import type { Verification } from "../../../engine/operations/verify.ts";
import type { Palette } from "../../terminal/palette.ts";

/** The proof as text: per ingress the endpoints of each version, then the measured split with its interval; at the end what was proven, what not, and what failed. */
export function viewVerification(verification: Verification, palette: Palette): string {
  const lines = verification.proofs.flatMap((proof) => viewProof(proof, palette));
  const unavailable = verification.unreachable.map(
    (one) => `${palette.bad("×")} ${one.cluster} does not answer: ${one.diagnostic.summary}`,
  );
  return [...lines, ...unavailable, viewVerdict(verification, palette)].join("\n");
}

function viewVerdict({ ok, proven, failed, notProven }: Verification, palette: Palette): string {
  if (ok) {
    return palette.good("√ verified");
  }
  const parts = [
    ...(proven === 0 ? [] : [palette.good(`√ ${proven} proven`)]),
    ...(failed === 0 ? [] : [palette.bad(`× ${failed} of ${proven + failed + notProven} proofs failed`)]),
    ...(notProven === 0 ? [] : [palette.changed(`? ${notProven} not proven`)]),
  ];
  return parts.length === 0 ? palette.changed("? nothing to prove") : parts.join(", ");
}

function viewProof(proof: RouteProof, palette: Palette): string[] {
  const marks: Readonly<Record<ProofState, string>> = {
    proven: palette.good("√"),
    failed: palette.bad("×"),
    notProven: palette.changed("?"),
  };
  const what = proof.route === undefined ? "no route" : `route ${proof.route}`;
  const inside = proof.from === undefined ? ", from inside" : `, from pod ${proof.from}`;
  const from = proof.via === "mesh" ? inside : "";
  const title = `${marks[proof.state]} ${palette.strong(proof.cluster)}  ${proof.namespace}/${proof.service}, ${what}${from}${proof.url === "" ? "" : `, ${proof.url}`}`;
  const endpoints = proof.endpoints.map((finding) => viewEndpoints(finding, proof, palette));
  const weights = proof.weights.map((one) => viewWeight(one, proof, palette));
  const failures = proof.failures.map((failure) =>
    palette.bad(`    ${failure.count} of ${proof.requests} ${wordFor(proof)}: ${failure.reason}`),
  );
  return [
    title,
    ...endpoints,
    ...weights,
    ...viewBefore(proof),
    ...viewAnswered(proof),
    ...viewStatuses(proof),
    ...failures,
    ...viewGaps(proof, palette),
  ];
}

function viewEndpoints(finding: EndpointFinding, proof: RouteProof, palette: Palette): string {
  const seen = finding.seen.length === 0 ? ["no endpoint"] : finding.seen;
  const idle = finding.idle.map(({ address, reason }) => `${address} (${reason})`);
  // An endpoint of a version that runs nowhere and gets nothing is no fault.
  const wrong = !finding.ok && proof.state === "failed" && (finding.expected.length > 0 || finding.seen.length === 0);
  const name = finding.version === "" ? "" : ` ${finding.version}`;
  return `    endpoints${name}: ${finding.held ? [...seen, ...idle].join(", ") : proof.via === "mesh" ? "not known to the sidecar" : "not known to this ingress"}${wrong ? palette.bad("  ← wrong") : ""}`;
}

function viewWeight(one: VersionVerdict, proof: RouteProof, palette: Palette): string {
  if (one.answers === 0 && one.verdict === "open") {
    return `    ${one.version}: asked ${one.asked} %, not measured`;
  }
  const interval = `99.9 % interval ${percent(one.low)} to ${percent(one.high)}`;
  const verdict =
    one.verdict === "differs"
      ? palette.bad(`  ← not as asked${one.pValue > 0 ? ` (p ${one.pValue.toExponential(1)})` : ""}`)
      : "";
  return `    ${one.version}: asked ${one.asked} %, measured ${percent(one.measured)} (${one.answers} of ${proof.requests}; ${interval})${verdict}`;
}

/** That everything was sent twice, and what was not as asked the first time. */
function viewBefore({ before = [] }: RouteProof): string[] {
  const shares = before.map((one) => `${one.version} ${percent(one.measured)}`).join(", ");
  return before.length === 0 ? [] : [`    sent twice: the first time ${shares}, which was not as asked`];
}

/** What was asked where there are no weights to be measured. */
function viewAnswered({ route, requests, failures, redirected }: RouteProof): string[] {
  if (redirected !== undefined) {
    return [`    ${redirected} of ${requests} requests redirected as asked`];
  }
  return route === undefined && requests > 0 && failures.length === 0
    ? [`    ${requests} of ${requests} requests answered`]
    : [];
}

/** Statuses are shown where they are not all the usual one. */
function viewStatuses(proof: RouteProof): string[] {
  const statuses = Object.entries(proof.statuses);
  return statuses.every(([status]) => status === "200")
    ? []
    : [`    the application answered ${statuses.map(([status, count]) => `${status} (${count})`).join(", ")}`];
}

/** What is not known, so that nobody takes it for proven. */
function viewGaps(proof: RouteProof, palette: Palette): string[] {
  const unattributed =
    proof.unattributed === 0 || proof.weights.length === 0
      ? []
      : [`    ${proof.unattributed} of ${proof.requests} ${wordFor(proof)}: the version is not known`];
  const gaps = proof.diagnostics
    .filter((one) => one.severity === "warning")
    .map((one) => `    not proven: ${one.summary.toLowerCase()} (${one.code})`);
  return [...unattributed, ...gaps].map((text) => palette.changed(text));
}

/** What a proof has counted. */
function wordFor({ url }: RouteProof): string {
  return /^(?:tls|tcp):/.test(url) ? "connections" : "requests";
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
