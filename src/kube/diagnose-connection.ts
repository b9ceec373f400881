import type { Advice } from "./advice.ts";
import type { KubeError } from "./errors.ts";
import { lateCode } from "./report-failure.ts";
import { codeOf, isRecord } from "./kubeconfig/read-fields.ts";
import { diagnoseProxy } from "./diagnose-proxy.ts";
import { listAuthorities, probeCertificate } from "./probe-certificate.ts";
import { kubectlLine } from "../core/kubectl-line.ts";

/** What a connection that could not be made, or that leads to something else, means. */
export async function diagnoseConnection(error: KubeError): Promise<Advice> {
  const code = causeCodeOf(error.cause);
  const { server, context, file, proxy } = error.endpoint;
  const through = proxy === undefined ? "" : `, through the proxy ${proxy.url} that ${proxy.from} names`;
  const where = `${server} (context ${context} of ${file}${through})`;
  if (error.kind === "tls") {
    return diagnoseTls(error, code, where);
  }
  const ofProxy = error.kind === "unreachable" ? diagnoseProxy(error, code) : undefined;
  if (ofProxy !== undefined) {
    return ofProxy;
  }
  if (error.kind === "protocol") {
    return notAnApiServer(where, error.message);
  }
  return diagnoseNetwork(error, code, where);
}

/** Happy-eyeballs connects fail with an AggregateError: all addresses of a name were tried. */
function causeCodeOf(cause: unknown): string {
  const code = codeOf(cause);
  if (code !== undefined) {
    return code;
  }
  const errors = isRecord(cause) && Array.isArray(cause["errors"]) ? cause["errors"] : [];
  return codeOf(errors[0]) ?? "";
}

function diagnoseNetwork(error: KubeError, code: string, where: string): Advice {
  const { hostname, host } = new URL(error.endpoint.server);
  const { context } = error.endpoint;
  switch (code) {
    case lateCode:
      return {
        code: "ISM777",
        detail: `${error.message}, from ${where}.`,
        fix: `Give it longer with --cluster-timeout, or see what keeps it:\n    ${kubectlLine(context)} get --raw '/readyz?verbose'`,
      };
    case "ECONNREFUSED":
      return {
        code: "ISM255",
        detail: `The connection to ${where} was refused.`,
        fix: "See whether the API server runs, and whether `server` in the kubeconfig has the right port.",
      };
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "ENETDOWN":
    case "EADDRNOTAVAIL":
      return {
        code: "ISM256",
        detail: `This machine finds no way to ${where} (${code}).`,
        fix: "Connect the VPN that the cluster needs, or use an address that this machine can reach.",
      };
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return {
        code: "ISM257",
        detail: `The name ${hostname} in ${where} ${code === "ENOTFOUND" ? "is not known to DNS" : "could not be resolved: DNS does not answer"}.`,
        fix: "Correct `server` in the kubeconfig, or use the resolver (VPN) that knows the name.",
      };
    case "UND_ERR_CONNECT_TIMEOUT":
    case "ETIMEDOUT":
      return {
        code: "ISM258",
        detail: `No connection to ${where} came about in time.`,
        fix: `See whether a firewall between this machine and ${host} lets the port through.`,
      };
    case "UND_ERR_HEADERS_TIMEOUT":
    case "UND_ERR_BODY_TIMEOUT":
      return {
        code: "ISM258",
        detail: `The connection to ${where} stands, but no answer came in time (${error.message}).`,
        fix: "Look at the API server's health (`/readyz?verbose`) and its etcd.",
      };
    default:
      return brokenConnection(error, where);
  }
}

function brokenConnection(error: KubeError, where: string): Advice {
  // Since TLS 1.3 a refused client certificate comes after the handshake, and Node tells no alert from a plain end.
  const hint = error.endpoint.clientCertificate
    ? " Among others, a server that refuses the kubeconfig's client certificate looks like this."
    : "";
  return {
    code: "ISM275",
    detail: `The connection to ${where} broke: ${error.message}.${hint}`,
    fix: "Run the command again. If it stays so, look at what stands between this machine and the API server.",
  };
}

function notAnApiServer(where: string, message: string): Advice {
  return {
    code: "ISM279",
    detail: `What answers at ${where} is not a Kubernetes API server: ${message}.`,
    fix: "Correct `server` in the kubeconfig: scheme (https), host, port, and for Rancher the path /k8s/clusters/<id>.",
  };
}

const unknownAuthority = [
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "INVALID_CA",
];

async function diagnoseTls(error: KubeError, code: string, where: string): Promise<Advice> {
  if (unknownAuthority.includes(code)) {
    return explainAuthority(error, where);
  }
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    return explainValidity(error, code, where);
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return explainName(error, where);
  }
  if (
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/.test(`${code} ${error.message}`.toUpperCase().replaceAll(" ", "_"))
  ) {
    return notAnApiServer(where, "it speaks plain text where TLS is expected");
  }
  if (/ALERT/.test(code)) {
    return {
      code: "ISM263",
      detail: `The API server at ${where} refuses the client certificate in the handshake (${code}).`,
      fix: "Fetch the kubeconfig again from where it came: the certificate is of another authority than the cluster's, or revoked.",
    };
  }
  return {
    code: "ISM275",
    detail: `The TLS handshake with ${where} failed: ${error.message}.`,
    fix: "Look at what stands between this machine and the API server; a proxy that inspects TLS looks like this.",
  };
}

async function explainAuthority(error: KubeError, where: string): Promise<Advice> {
  const { caData, server } = error.endpoint;
  const presented = await probeCertificate(error.endpoint);
  const trusted =
    caData === undefined
      ? "the kubeconfig names no authority, so that only those of this machine count"
      : `the kubeconfig trusts only ${quoteAll(listAuthorities(caData))}`;
  const served =
    presented === undefined
      ? "a certificate of another authority"
      : `the certificate ${quote(presented.subject)}, issued by ${quote(presented.issuer)}`;
  return {
    code: "ISM259",
    detail: `${where} presents ${served}, and ${trusted}. No credential was sent.`,
    fix: server.includes("/k8s/clusters/")
      ? "The address is Rancher's: `certificate-authority-data` must hold the authority of Rancher's certificate, not the cluster's. Download the kubeconfig from Rancher again."
      : "Fetch the kubeconfig again from where it came. If something between presents its own certificate, put that one's authority into `certificate-authority-data`.",
  };
}

async function explainValidity(error: KubeError, code: string, where: string): Promise<Advice> {
  const presented = await probeCertificate(error.endpoint);
  const expired = code === "CERT_HAS_EXPIRED";
  const date =
    presented === undefined
      ? ""
      : expired
        ? ` at ${presented.notAfter.toISOString()}`
        : ` before ${presented.notBefore.toISOString()}`;
  const name = presented === undefined ? "" : ` ${quote(presented.subject)}`;
  return {
    code: "ISM260",
    detail: `The certificate${name} of ${where} ${expired ? `expired${date}` : `is not valid yet${date}`}; this machine's clock says ${new Date().toISOString()}.`,
    fix: "Renew the API server's certificate, or set this machine's clock.",
  };
}

async function explainName(error: KubeError, where: string): Promise<Advice> {
  const { tlsServerName, server } = error.endpoint;
  const presented = await probeCertificate(error.endpoint);
  const names = presented === undefined ? "other names" : presented.names;
  return {
    code: "ISM261",
    detail: `${where} presents a certificate for ${names}, not for ${tlsServerName ?? new URL(server).hostname}.`,
    fix: "Use an address that the certificate names, or set `tls-server-name` in the kubeconfig to one of its names.",
  };
}

function quote(text: string): string {
  return `"${text}"`;
}

function quoteAll(texts: readonly string[]): string {
  return texts.map(quote).join(" and ");
}
