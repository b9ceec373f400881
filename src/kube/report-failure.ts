import { CredentialError } from "./credentials/credential-error.ts";
import { redactText } from "./credentials/redact-text.ts";
import type { FieldConflict, KubeEndpoint, KubeErrorKind } from "./errors.ts";
import { KubeError } from "./errors.ts";
import { codeOf, isRecord, textOf } from "./kubeconfig/read-fields.ts";
import { describeProxyOrigin } from "./kubeconfig/read-proxy.ts";
import type { ResolvedContext } from "./kubeconfig/resolve-context.ts";
import {
  isRancherProxy,
  noClusterReason,
  otherClusterReason,
  parseProxyAnswer,
  unavailableReason,
} from "./rancher-proxy-answer.ts";
import type { Secret } from "../core/secret.ts";

/** What a request is about, for messages. */
export interface RequestSubject {
  readonly verb: string;
  readonly object?: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace?: string;
    readonly name?: string;
  };
}

/** Makes the KubeErrors of one cluster. */
export interface Reporter {
  /** No answer came. An error that is a KubeError already passes through. */
  networkFailure(error: unknown, subject: RequestSubject): KubeError;
  /** The credentials could not be had. */
  credentialFailure(error: unknown, subject: RequestSubject): KubeError;
  /** 401. `credential` describes what was sent, `text` is the answer's body. */
  refusedCredential(credential: string, subject: RequestSubject, text?: string): KubeError;
  /** An answer that is not a success. `secrets` = what was sent and must not come back in a message. */
  answerFailure(
    answer: { readonly status: number; readonly text: string },
    subject: RequestSubject,
    secrets?: readonly Secret[],
  ): KubeError;
  /** The API server does not serve the kind. */
  unknownKind(subject: RequestSubject): KubeError;
  /** A success that is no Kubernetes answer. */
  foreignAnswer(status: number, subject: RequestSubject): KubeError;
  /** The way to a pod broke, in the node's or the tunnel's words. */
  tunnelFailure(words: string, subject: RequestSubject): KubeError;
}

/** The reporter for one cluster of a mesh. */
export function createReporter(cluster: string, context: ResolvedContext): Reporter {
  const endpoint = endpointOf(context);
  const fail = (
    kind: KubeErrorKind,
    subject: RequestSubject,
    words: string,
    more: Partial<ConstructorParameters<typeof KubeError>[0]> = {},
  ) =>
    new KubeError({
      kind,
      cluster,
      endpoint,
      ...subject,
      ...more,
      message: `${describeSubject(subject)} on ${cluster}: ${words}`,
    });
  return {
    networkFailure(error, subject) {
      if (error instanceof KubeError) {
        return error;
      }
      const code = codeOf(error) ?? "";
      const words = redactText(error instanceof Error && error.message !== "" ? error.message : code);
      const kind = isTlsCode(code) ? "tls" : isParserError(error) ? "protocol" : "unreachable";
      return fail(kind, subject, words, { cause: error });
    },
    credentialFailure(error, subject) {
      const words =
        error instanceof CredentialError
          ? error.message
          : redactText(error instanceof Error ? error.message : String(error));
      return fail("credentials", subject, words, { cause: error });
    },
    refusedCredential(credential, subject, text = "") {
      const rancher = isRancherProxy(context.server);
      const why = rancher && parseProxyAnswer(text).otherCluster ? ": clusterID does not match" : "";
      return fail("credentials", subject, `${rancher ? "Rancher" : "the API server"} refuses ${credential}${why}`, {
        status: 401,
        reason: why === "" ? "Unauthorized" : otherClusterReason,
      });
    },
    answerFailure({ status, text }, subject, secrets = []) {
      const answer = parseStatus(text);
      const rancher = isRancherProxy(context.server) ? parseProxyAnswer(text) : undefined;
      if (rancher?.own === true) {
        const reason = rancher.unavailable ? unavailableReason : status === 404 ? noClusterReason : undefined;
        const kind = rancher.unavailable ? "unreachable" : status === 404 ? "protocol" : kindOf(status, answer, text);
        return fail(kind, subject, redactText(rancher.message ?? `HTTP status ${status}`, secrets), {
          status,
          ...(reason === undefined ? {} : { reason }),
        });
      }
      const kind = kindOf(status, answer, text);
      const words =
        kind === "no-such-kind" ? unknownKindWords : redactText(answer.message ?? `HTTP status ${status}`, secrets);
      const conflicts = answer.causes.flatMap(readConflict);
      return fail(kind, subject, words, {
        status,
        ...(answer.reason === undefined ? {} : { reason: answer.reason }),
        conflicts,
      });
    },
    foreignAnswer: (status, subject) =>
      fail("protocol", subject, "the answer is not one of a Kubernetes API server", { status }),
    tunnelFailure: (words, subject) => fail("tunnel", subject, redactText(words)),
    unknownKind(subject) {
      return fail("no-such-kind", subject, unknownKindWords, { status: 404 });
    },
  };
}

const unknownKindWords = "the API server does not serve this kind";

/** True for the message of a 500 by which server-side apply refuses an object that does not fit its schema. */
export function isSchemaRefusal(text: string): boolean {
  return /failed to create typed patch object|failed to convert new object|field not declared in schema/.test(text);
}

function endpointOf(context: ResolvedContext): KubeEndpoint {
  return {
    server: context.server,
    context: context.context,
    file: context.file,
    ...(context.caData === undefined ? {} : { caData: context.caData }),
    ...(context.tlsServerName === undefined ? {} : { tlsServerName: context.tlsServerName }),
    clientCertificate: context.user.clientCertificate !== undefined,
    proxied: context.proxyUrl !== undefined,
    ...(context.proxyUrl === undefined
      ? {}
      : { proxy: { url: withoutPassword(context.proxyUrl), from: describeProxyOrigin(context.proxyFrom) } }),
  };
}

function withoutPassword(proxyUrl: Secret): string {
  const url = new URL(proxyUrl.expose());
  return `${url.protocol}//${url.host}`;
}

/** `apply Deployment istio-system/istiod`, `list Pod`. */
export function describeSubject({ verb, object }: RequestSubject): string {
  if (object === undefined) {
    return verb;
  }
  const name = [object.namespace, object.name].filter((part) => part !== undefined).join("/");
  return `${verb} ${object.kind}${name === "" ? "" : ` ${name}`}`;
}

/** OpenSSL's and Node's codes for a handshake that failed (https://nodejs.org/docs/latest-v20.x/api/tls.html#x509-certificate-error-codes). */
function isTlsCode(code: string): boolean {
  return /^(ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|CRL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|ERROR_IN_CERT_)/.test(
    code,
  );
}

/** undici 7 gives its parser's errors no code, only a name. */
function isParserError(error: unknown): boolean {
  return error instanceof Error && error.name === "HTTPParserError";
}

interface ParsedStatus {
  readonly isStatus: boolean;
  readonly message?: string;
  readonly reason?: string;
  readonly hasDetails: boolean;
  readonly causes: readonly Readonly<Record<string, unknown>>[];
}

function parseStatus(text: string): ParsedStatus {
  const parsed = parseJson(text);
  const details = isRecord(parsed["details"]) ? parsed["details"] : {};
  const [message, reason] = [textOf(parsed["message"]), textOf(parsed["reason"])];
  return {
    isStatus: parsed["kind"] === "Status",
    ...(message === undefined ? {} : { message }),
    ...(reason === undefined ? {} : { reason }),
    hasDetails: textOf(details["name"]) !== undefined || textOf(details["kind"]) !== undefined,
    causes: (Array.isArray(details["causes"]) ? details["causes"] : []).filter(isRecord),
  };
}

function parseJson(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? parsed : {};
  } catch {
    // Not an API server's answer, or one of its plain texts; the status code says the rest.
    return {};
  }
}

function kindOf(status: number, answer: ParsedStatus, text: string): KubeErrorKind {
  switch (status) {
    case 401:
      return "credentials";
    case 403:
      return "forbidden";
    case 404:
      return kindOfNotFound(answer, text);
    case 409:
      return "conflict";
    case 429:
      return "overloaded";
    default:
      if (status >= 500) {
        return isSchemaRefusal(text) ? "invalid" : "server";
      }
      return answer.isStatus && status >= 400 ? "invalid" : "protocol";
  }
}

/**
 * An unknown resource of a known group is a Status without a name ("the server
 * could not find the requested resource"), an unknown group the plain text
 * "404 page not found". Any other 404 comes from something in between.
 */
function kindOfNotFound(answer: ParsedStatus, text: string): KubeErrorKind {
  if (answer.isStatus) {
    return answer.hasDetails ? "not-found" : "no-such-kind";
  }
  return text.startsWith("404 page not found") ? "no-such-kind" : "protocol";
}

/** `conflict with "kubectl-client-side-apply" using apps/v1` at `.spec.replicas`. */
function readConflict(cause: Readonly<Record<string, unknown>>): readonly FieldConflict[] {
  const manager = /^conflict with "([^"]*)"/.exec(textOf(cause["message"]) ?? "")?.[1];
  const field = textOf(cause["field"]);
  return cause["reason"] === "FieldManagerConflict" && manager !== undefined && field !== undefined
    ? [{ manager, field }]
    : [];
}
