import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { adviseOnNetwork } from "./diagnose-network.ts";
import { adviseOnTls } from "./diagnose-tls.ts";
import type { RancherAdvice } from "./rancher-advice.ts";
import { rancherDiagnostic } from "./rancher-diagnostic.ts";
import type { RancherError, RancherErrorFields, RancherErrorKind } from "./rancher-error.ts";

/** What a failed request to Rancher means and what to do, in words for people. `cluster` is left to the caller: here clusters have IDs only. */
export function diagnoseRancherError(error: RancherError): Diagnostic {
  const { code, ...words } = adviceByKind[error.kind](error.fields);
  return rancherDiagnostic(code, words);
}

/** The exit code class: 69 where Rancher or the cluster cannot be talked to, 75 where trying again is the answer, 1 otherwise. */
export function exitCodeOfRancherError(error: RancherError): ExitCode {
  switch (error.kind) {
    case "server":
      return exitCodes.tryAgain;
    case "forbidden":
    case "not-found":
    case "refused":
    case "operation":
      return exitCodes.failed;
    case "unreachable":
    case "tls":
    case "not-rancher":
    case "unauthorized":
    case "other-cluster":
    case "clock-skew":
    case "cluster-unavailable":
      return exitCodes.unreachable;
  }
}

/** What to do about each kind of trouble. */
const adviceByKind: Readonly<Record<RancherErrorKind, (fields: RancherErrorFields) => RancherAdvice>> = {
  unreachable: adviseOnNetwork,
  tls: adviseOnTls,
  "not-rancher": ({ url, subject, message }) => ({
    code: "ISM285",
    detail: `What answers at ${url} is not Rancher's API: ${message} (${subject}).`,
    fix: "Correct url under spec.rancher: scheme (https), host and port, without /dashboard or another path that is not part of Rancher's own address.",
  }),
  unauthorized: ({ url, subject, message }) => ({
    code: "ISM286",
    detail: `Rancher at ${url} refuses the token (${subject}: ${message}).`,
    fix: "Make an API key without a scope in Rancher (Account & API Keys), and put its bearer token where spec.rancher.token says.",
  }),
  "other-cluster": ({ url, subject, message, scopedTo }) => ({
    code: "ISM287",
    detail: `The token is limited to ${scopedTo === undefined ? "one cluster" : `the cluster ${scopedTo}`}, and Rancher at ${url} refuses it for anything else (${subject}: ${message}).`,
    fix: "Make an API key with the scope No Scope in Rancher (Account & API Keys), and put its bearer token where spec.rancher.token says.",
  }),
  "clock-skew": adviseOnClocks,
  forbidden: ({ url, subject, message }) => ({
    code: "ISM288",
    detail: `Rancher at ${url} does not allow this user to ${subject}: ${message}.`,
    fix: "Use a token of a user who is owner of the clusters, or give this user the right in Rancher.",
  }),
  "not-found": ({ url, subject, message, clusterId }) => ({
    code: clusterId === undefined ? "ISM298" : "ISM289",
    detail: `Rancher at ${url} has nothing to ${subject}${clusterId === undefined ? "" : ` for the cluster ${clusterId}`}: ${message}.`,
    fix: "See in Rancher whether it is there, and whether the token's user is a member of the cluster.",
  }),
  "cluster-unavailable": ({ url, subject, message, clusterId }) => ({
    code: "ISM291",
    detail: `Rancher at ${url} cannot reach the cluster ${clusterId ?? "behind it"} (${subject}: ${message}).`,
    fix: "See in Rancher what state the cluster has, and in the cluster whether its agent runs:\n    kubectl -n cattle-system get pods -l app=cattle-cluster-agent",
  }),
  server: ({ url, subject, message }) => ({
    code: "ISM296",
    detail: `Rancher at ${url} could not ${subject}: ${message}.`,
    fix: "Run the command again in a while. If it stays so, look at the log of the pods rancher in cattle-system of the cluster that Rancher runs on.",
  }),
  refused: ({ url, subject, message, status }) => ({
    code: "ISM298",
    detail: `Rancher at ${url} refuses to ${subject}: ${message}${status === undefined ? "" : ` (HTTP status ${status})`}.`,
    fix: "Correct what the message names, or see whether this version of Rancher can do it.",
  }),
  operation: ({ url, subject, message, clusterId }) => ({
    code: "ISM295",
    detail: `Rancher at ${url} could not ${subject}${clusterId === undefined ? "" : ` on the cluster ${clusterId}`}: ${message}.`,
    fix: "Read the operation's log in Rancher (Apps, Recent Operations), correct what it names, and run the command again.",
  }),
};

function adviseOnClocks({ url, clocks, subject, message }: RancherErrorFields): RancherAdvice {
  const [server, local] = [clocks?.server.toISOString(), clocks?.local.toISOString()];
  return {
    code: "ISM292",
    detail: `Rancher at ${url} refuses the token (${subject}: ${message}), and its clock says ${server} where this machine's says ${local}: what ends in time may have ended on one side only.`,
    fix: "Set the clock that is wrong (timedatectl shows whether it is synchronised). If the token is still refused then, make a new one.",
  };
}
