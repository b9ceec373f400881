import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import type { RancherCode } from "./rancher-diagnostic.ts";
import { rancherDiagnostic } from "./rancher-diagnostic.ts";
import { explainProxyFailure } from "../../kube/diagnose-proxy.ts";
import type { RancherError, RancherErrorFields } from "./rancher-error.ts";

interface Advice {
  readonly code: RancherCode;
  readonly detail: string;
  readonly fix: string;
}

/** What a failed request to Rancher means and what to do, in words for people. `cluster` is left to the caller: here clusters have IDs only. */
export function diagnoseRancherError(error: RancherError): Diagnostic {
  return rancherDiagnostic(...asArguments(adviseOn(error.fields)));
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

function asArguments({ code, ...rest }: Advice): [RancherCode, Omit<Advice, "code">] {
  return [code, rest];
}

function adviseOn(fields: RancherErrorFields): Advice {
  const { url, subject, message } = fields;
  switch (fields.kind) {
    case "unreachable":
      return adviseOnNetwork(fields);
    case "tls":
      return adviseOnTls(fields);
    case "not-rancher":
      return {
        code: "ISM285",
        detail: `What answers at ${url} is not Rancher's API: ${message} (${subject}).`,
        fix: "Correct url under spec.rancher: scheme (https), host and port, without /dashboard or another path that is not part of Rancher's own address.",
      };
    case "unauthorized":
      return {
        code: "ISM286",
        detail: `Rancher at ${url} refuses the token (${subject}: ${message}).`,
        fix: "Make an API key without a scope in Rancher (Account & API Keys), and put its bearer token where spec.rancher.token says.",
      };
    case "other-cluster":
      return {
        code: "ISM287",
        detail: `The token is limited to ${fields.scopedTo === undefined ? "one cluster" : `the cluster ${fields.scopedTo}`}, and Rancher at ${url} refuses it for anything else (${subject}: ${message}).`,
        fix: "Make an API key with the scope No Scope in Rancher (Account & API Keys), and put its bearer token where spec.rancher.token says.",
      };
    case "clock-skew":
      return adviseOnClocks(fields);
    case "forbidden":
      return {
        code: "ISM288",
        detail: `Rancher at ${url} does not allow this user to ${subject}: ${message}.`,
        fix: "Use a token of a user who is owner of the clusters, or give this user the right in Rancher.",
      };
    case "not-found":
      return {
        code: fields.clusterId === undefined ? "ISM298" : "ISM289",
        detail: `Rancher at ${url} has nothing to ${subject}${fields.clusterId === undefined ? "" : ` for the cluster ${fields.clusterId}`}: ${message}.`,
        fix: "See in Rancher whether it is there, and whether the token's user is a member of the cluster.",
      };
    case "cluster-unavailable":
      return {
        code: "ISM291",
        detail: `Rancher at ${url} cannot reach the cluster ${fields.clusterId ?? "behind it"} (${subject}: ${message}).`,
        fix: "See in Rancher what state the cluster has, and in the cluster whether its agent runs:\n    kubectl -n cattle-system get pods -l app=cattle-cluster-agent",
      };
    case "server":
      return {
        code: "ISM296",
        detail: `Rancher at ${url} could not ${subject}: ${message}.`,
        fix: "Run the command again in a while. If it stays so, look at the log of the pods rancher in cattle-system of the cluster that Rancher runs on.",
      };
    case "refused":
      return {
        code: "ISM298",
        detail: `Rancher at ${url} refuses to ${subject}: ${message}${fields.status === undefined ? "" : ` (HTTP status ${fields.status})`}.`,
        fix: "Correct what the message names, or see whether this version of Rancher can do it.",
      };
    case "operation":
      return {
        code: "ISM295",
        detail: `Rancher at ${url} could not ${subject}${fields.clusterId === undefined ? "" : ` on the cluster ${fields.clusterId}`}: ${message}.`,
        fix: "Read the operation's log in Rancher (Apps, Recent Operations), correct what it names, and run the command again.",
      };
  }
}

function adviseOnNetwork({ url, code = "", message, proxy }: RancherErrorFields): Advice {
  const { hostname, host } = new URL(url);
  const advice = (detail: string, fix: string): Advice => ({ code: "ISM283", detail, fix });
  const ofProxy = proxy === undefined ? undefined : explainProxyFailure(code, message);
  if (proxy !== undefined && ofProxy !== undefined) {
    return advice(
      `The way to Rancher at ${url} goes through the proxy ${proxy.url}, which ${proxy.from} names, and ${ofProxy}. Nothing was seen of Rancher.`,
      `Start the proxy, or correct ${proxy.from}. Where Rancher is reached without one, put its host into NO_PROXY:\n    export NO_PROXY="$NO_PROXY,${hostname}"`,
    );
  }
  switch (code) {
    case "ECONNREFUSED":
      return advice(
        `The connection to Rancher at ${url} was refused.`,
        "See whether Rancher runs, and whether url under spec.rancher has the right port.",
      );
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return advice(
        `The name ${hostname} in ${url} ${code === "ENOTFOUND" ? "is not known to DNS" : "could not be resolved: DNS does not answer"}.`,
        "Correct url under spec.rancher, or use the resolver (VPN) that knows the name.",
      );
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "ENETDOWN":
    case "EADDRNOTAVAIL":
      return advice(
        `This machine finds no way to Rancher at ${url} (${code}).`,
        "Connect the VPN that Rancher needs, or use an address that this machine can reach.",
      );
    case "UND_ERR_CONNECT_TIMEOUT":
    case "ETIMEDOUT":
      return advice(
        `No connection to Rancher at ${url} came about in time.`,
        `See whether a firewall between this machine and ${host} lets the port through.`,
      );
    case "UND_ERR_HEADERS_TIMEOUT":
    case "UND_ERR_BODY_TIMEOUT":
      return advice(
        `The connection to Rancher at ${url} stands, but no answer came in time (${message}).`,
        "Run the command again. If it stays so, look at the load of Rancher and of the cluster that it runs on.",
      );
    default:
      return advice(
        `The connection to Rancher at ${url} broke: ${message}.`,
        "Run the command again. If it stays so, look at what stands between this machine and Rancher.",
      );
  }
}

function adviseOnTls(fields: RancherErrorFields): Advice {
  const { url, code = "", presented, authorities = [], caFile, message } = fields;
  const advice = (detail: string, fix: string): Advice => ({ code: "ISM284", detail, fix });
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    const when =
      presented === undefined
        ? ""
        : ` It is valid from ${presented.notBefore.toISOString()} to ${presented.notAfter.toISOString()}.`;
    return advice(
      `The certificate of ${url} ${code === "CERT_HAS_EXPIRED" ? "has expired" : "is not valid yet"} by this machine's clock.${when}`,
      "Renew Rancher's certificate, or set this machine's clock.",
    );
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return advice(
      `${url} presents a certificate for ${presented?.names ?? "other names"}, not for ${new URL(url).hostname}.`,
      "Use an address that the certificate names: Rancher's is its setting server-url.",
    );
  }
  const served =
    presented === undefined
      ? `a certificate that is not trusted (${message})`
      : `the certificate "${presented.subject}", issued by "${presented.issuer}"`;
  return caFile === undefined
    ? advice(
        `${url} presents ${served}, and without caFile only the authorities of this machine count. No token was sent.`,
        "Name the file with the authority of Rancher's certificate: caFile under spec.rancher (`--ca-file` for `isthmus init`).",
      )
    : advice(
        `${url} presents ${served}, and ${caFile} trusts only ${authorities.map((one) => `"${one}"`).join(" and ")}. No token was sent.`,
        "Put the authority of Rancher's certificate into the file. If something between presents its own certificate, put that one's authority there.",
      );
}

function adviseOnClocks({ url, clocks, subject, message }: RancherErrorFields): Advice {
  const [server, local] = [clocks?.server.toISOString(), clocks?.local.toISOString()];
  return {
    code: "ISM292",
    detail: `Rancher at ${url} refuses the token (${subject}: ${message}), and its clock says ${server} where this machine's says ${local}: what ends in time may have ended on one side only.`,
    fix: "Set the clock that is wrong (timedatectl shows whether it is synchronised). If the token is still refused then, make a new one.",
  };
}
