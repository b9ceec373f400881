import { describeLimit } from "../../core/decide/answer-times.ts";
import type { ErrorGate } from "../../core/decide/error-gate.ts";
import { triesOf } from "../../core/decide/error-gate.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf, warningOf } from "../../core/diagnostics/coded.ts";
import { meshFileWords } from "../../core/mesh-file-words.ts";
import { quoteCommand } from "../../core/quote-command.ts";
import { statsAnnotation, versionTimes, withVersionTimes } from "../../core/render/latency-stats.ts";
import { ingressGateway, istioNamespace } from "../../core/render/names.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { KeptTimes } from "../facts/answer-times.ts";
import type { GateOf, JudgedGate, WatchedRequests } from "../traffic/watch-requests.ts";
import type { ShiftedRoute } from "./shift-request.ts";

/** What is said where a version that gets more requests exceeds a limit. */
export function describeExcess({ service }: ShiftedRoute, watched: WatchedRequests, judged: JudgedGate): Diagnostic {
  const { of, gate, verdict } = judged;
  const exceeding = "versions" in verdict ? verdict.versions : [];
  const others = Object.keys(gate.versions).filter((name) => !exceeding.includes(name));
  const counts = (names: readonly string[]): string => names.map((name) => countsOf(judged, watched, name)).join(", ");
  const beside = others.length === 0 ? "" : ` ${counts(others)}.`;
  const isEverywhere = verdict.kind === "everywhere";
  const more = of === "errors" ? "fail more than that" : "are late more often than that";
  const common = isEverywhere ? ` Other versions ${more} as well, so that it is not the shift:${beside}` : beside;
  const codes = { errors: ["ISM681", "ISM682"], times: ["ISM789", "ISM790"] } as const;
  return {
    ...errorOf(codes[of][isEverywhere ? 1 : 0]),
    detail: `In this step ingress gateways have counted of ${service.namespace}/${service.name}: ${counts(exceeding)}, more than ${limitOf(gate, watched, of)}.${common}`,
    fix: "Look at the logs of its pods in each cluster, and at what the mesh answers in their place: isthmus verify, isthmus check.",
  };
}

/** What is said where nothing was counted of a version that gets more requests, or by a gateway. */
export function describeUnseen(
  { service }: ShiftedRoute,
  { unread, limitMs, left }: WatchedRequests,
  { of, gate, verdict, allowed }: JudgedGate & { readonly allowed: boolean },
): Diagnostic {
  const silent = unread.flatMap((one) =>
    one.of === "times" && of === "times"
      ? [`the ingress gateway of ${one.cluster} does not tell it (${one.diagnostic.detail.replace(/\.$/, "")})`]
      : one.of === "all"
        ? [`the ingress gateway of ${one.cluster} could not be asked (${one.diagnostic.summary})`]
        : [],
  );
  const gone = left.flatMap(({ version, tooMany, left: count, begun }) =>
    of === "times" && tooMany ? [`clients of ${count} of ${begun} tries of ${version} left before the answer`] : [],
  );
  const nothing = of === "errors" ? "no request has reached" : "no answer has a time of";
  const without = verdict.kind === "unseen" ? [`${nothing} ${verdict.versions.join(", ")}`] : [];
  const code = of === "errors" ? "ISM683" : "ISM792";
  const asked =
    of === "errors"
      ? `at most ${percent(gate.limit)} of the tries of ${service.namespace}/${service.name} fail`
      : `99 % of the answers of ${service.namespace}/${service.name} take less than ${describeLimit(limitMs ?? 0)}`;
  return {
    ...(allowed ? warningOf(code) : errorOf(code)),
    detail: `Whether ${asked} is not known: ${[...without, ...gone, ...silent].join("; ")}.`,
    fix: allowed
      ? "Look again once there are requests: isthmus verify sends some."
      : "Hold each step longer (--every), leave out --no-verify so that each step sends requests of its own, or go on without knowing: --allow-unproven.",
  };
}

/** What is said before a shift where gateways do not write down how long answers of each version take. */
export function describeUnkept(
  { mesh, name: file }: Pick<MeshFile, "mesh" | "name">,
  {
    cluster,
    context,
    lacking,
  }: { readonly cluster: string; readonly context: string; readonly lacking: readonly KeptTimes[] },
): Diagnostic {
  const names = lacking.map(({ pod: { namespace, name } }) => `${namespace}/${name}`).join(", ");
  const isOld = lacking.every(({ lacks }) => lacks === "bins");
  const why = isOld
    ? `the Envoy of ${names} of ${cluster} is too old to tell it`
    : `${names} of ${cluster} ${lacking.length === 1 ? "does" : "do"} not write it down`;
  return {
    ...errorOf("ISM791"),
    detail: `--max-p99 goes by how long answers of each version take, and ${why}. Nothing was changed.`,
    fix: isOld
      ? "Leave --max-p99 out, or bring Istio to a newer release first."
      : fixOf({ mesh, name: file }, { context, lacking }),
    cluster,
  };
}

/** Whoever installs Istio sets what its gateways keep. */
function fixOf(
  { mesh, name: file }: Pick<MeshFile, "mesh" | "name">,
  { context, lacking }: { readonly context: string; readonly lacking: readonly KeptTimes[] },
): string {
  // The minimal profile has no ingress gateway: whoever has made this one sets its pods.
  if (mesh.istio.install !== "existing" && mesh.istio.profile !== "minimal") {
    const command = quoteCommand(["isthmus", "apply", ...meshFileWords(file)]);
    return `Run ${command}, which asks the gateways for it and starts them anew one by one. Where the mesh file's spec.istio.values say themselves which statistics a gateway keeps, add there what ISM791 says.`;
  }
  const value = withVersionTimes([...new Set(lacking.flatMap(({ expressions }) => expressions))]);
  if (value === undefined) {
    return `Add ${versionTimes} to the inclusionRegexps that these pods are started with (proxyStatsMatcher), and start them anew.`;
  }
  const template = { metadata: { annotations: { [statsAnnotation]: value } } };
  const patch = JSON.stringify({ spec: { template } });
  const place = ["kubectl", "--context", context, "-n", istioNamespace];
  const command = quoteCommand(place.concat("patch", "deployment", ingressGateway, "-p", patch));
  return `Have the gateway's pods keep it, which starts them anew one by one: ${command}. Whoever installs Istio has to say it too, or takes it away again.`;
}

function limitOf(gate: ErrorGate, { limitMs }: WatchedRequests, of: GateOf): string {
  return of === "errors"
    ? `the ${percent(gate.limit)} of --max-error-rate`
    : `the ${percent(gate.limit)} that --max-p99 ${describeLimit(limitMs ?? 0)} leaves`;
}

function countsOf({ of, gate: { versions } }: JudgedGate, { limitMs }: WatchedRequests, name: string): string {
  const record = versions[name];
  const tries = triesOf(record);
  const failed = record?.failed ?? 0;
  const share = tries === 0 ? "" : ` (${percent(failed / tries)})`;
  return of === "errors"
    ? `${failed} of ${tries} tries of ${name} failed${share}`
    : `${failed} of ${tries} answers of ${name} had not come within ${describeLimit(limitMs ?? 0)}${share}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}
