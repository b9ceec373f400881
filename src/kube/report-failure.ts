import type { Secret } from "../core/secret.ts";
import { CredentialError } from "./credentials/credential-error.ts";
import { describeUnended } from "./credentials/exec-plugin.ts";
import { redactText } from "./credentials/redact-text.ts";
import { endpointOf } from "./endpoint.ts";
import type { KubeErrorFields, KubeErrorKind } from "./errors.ts";
import { KubeError } from "./errors.ts";
import { codeOf } from "./kubeconfig/read-fields.ts";
import type { ResolvedContext } from "./kubeconfig/resolve-context.ts";
import { networkErrorKind } from "./network-error-kind.ts";
import { isRancherProxy, otherClusterReason, parseProxyAnswer } from "./rancher-proxy-answer.ts";
import { readRefusal, unknownKindWords } from "./read-refusal.ts";

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

/** The code of the cause of `Reporter.late`. */
export const lateCode = "ISTHMUS_LATE";

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
  /** The cluster had so many milliseconds for a whole look at it, and they are over; of kind `credentials` where the context's plugin is still at work. */
  late(timeoutMs: number): KubeError;
  /** The way to a pod broke, in the node's or the tunnel's words. */
  tunnelFailure(words: string, subject: RequestSubject): KubeError;
}

/** The reporter for one cluster of a mesh. */
export function createReporter(cluster: string, context: ResolvedContext): Reporter {
  const endpoint = endpointOf(context);
  const viaRancher = isRancherProxy(context.server);
  const fail = (
    kind: KubeErrorKind,
    subject: RequestSubject,
    words: string,
    more: Partial<KubeErrorFields> = {},
  ): KubeError => {
    const message = `${describeSubject(subject)} on ${cluster}: ${words}`;
    return new KubeError({ kind, cluster, endpoint, ...subject, ...more, message });
  };
  return {
    networkFailure(error, subject) {
      if (error instanceof KubeError) {
        return error;
      }
      const words = error instanceof Error && error.message !== "" ? error.message : (codeOf(error) ?? "");
      return fail(networkErrorKind(error), subject, redactText(words), { cause: error });
    },
    credentialFailure(error, subject) {
      const words = error instanceof Error ? error.message : String(error);
      const shown = error instanceof CredentialError ? words : redactText(words);
      return fail("credentials", subject, shown, { cause: error });
    },
    refusedCredential(credential, subject, text = "") {
      const otherCluster = viaRancher && parseProxyAnswer(text).otherCluster;
      const words = `${viaRancher ? "Rancher" : "the API server"} refuses ${credential}${otherCluster ? ": clusterID does not match" : ""}`;
      const reason = otherCluster ? otherClusterReason : "Unauthorized";
      return fail("credentials", subject, words, { status: 401, reason });
    },
    answerFailure(answer, subject, secrets = []) {
      const { kind, words, ...more } = readRefusal(answer, { viaRancher, secrets });
      return fail(kind, subject, words, more);
    },
    foreignAnswer: (status, subject) =>
      fail("protocol", subject, "the answer is not one of a Kubernetes API server", { status }),
    late(timeoutMs) {
      const subject = { verb: "look" };
      const unended = describeUnended(context);
      return unended !== undefined
        ? fail("credentials", subject, unended.message, { cause: unended })
        : fail("unreachable", subject, `not all answers came within ${timeoutMs / 1000} s`, {
            cause: Object.assign(new Error("the cluster's time is up"), { code: lateCode }),
          });
    },
    tunnelFailure: (words, subject) => fail("tunnel", subject, redactText(words)),
    unknownKind: (subject) => fail("no-such-kind", subject, unknownKindWords, { status: 404 }),
  };
}

/** `apply Deployment istio-system/istiod`, `list Pod`. */
export function describeSubject({ verb, object }: RequestSubject): string {
  if (object === undefined) {
    return verb;
  }
  const name = [object.namespace, object.name].filter((part) => part !== undefined).join("/");
  return `${verb} ${object.kind}${name === "" ? "" : ` ${name}`}`;
}
