import type { KubeError } from "../../kube/errors.ts";
import { isHeldBackByAdmission, isWebhookAway } from "../../kube/errors.ts";

/**
 * What a dry-run has shown: `full` where nothing but a quota that is used up
 * keeps a pod out, `unknown` where somebody else would be answered something else.
 */
export type TrialVerdict = "let in" | "refused" | "full" | "unknown";

/**
 * Judges what the API server has said to a dry-run; undefined is no error. A
 * naked pod names no controller, so that a refusal may be for that alone. A
 * quota that is used up is asked when everything else has let a pod in
 * (AllOrderedPlugins of kubernetes/pkg/kubeapiserver/options/plugins.go), and
 * has room again when a pod goes.
 */
export function judgeTrial(error: KubeError | undefined, what: "object" | "pod" | "naked pod"): TrialVerdict {
  if (error === undefined) {
    return "let in";
  }
  if (what !== "object" && isFullQuota(error)) {
    return "full";
  }
  if (isWebhookAway(error)) {
    return "refused";
  }
  if (isHeldBackByAdmission(error)) {
    return what === "naked pod" ? "unknown" : "refused";
  }
  return what !== "object" && isRefusedToAll(error) ? "refused" : "unknown";
}

function isFullQuota({ kind, message }: KubeError): boolean {
  return kind === "forbidden" && /exceeded quota: /.test(message);
}

/**
 * Words of Kubernetes' own admission plugins that go by the pod and its namespace
 * alone, whoever makes it (plugin/pkg/admission of kubernetes/kubernetes):
 * a quota for what containers do not say, a LimitRange, a pod security standard
 * (controllers are not exempted, by
 * https://kubernetes.io/docs/concepts/security/pod-security-admission/#exemptions),
 * and an account or a class that is not there.
 */
const refusedToAll = [
  /failed quota: .*must specify/s,
  /(?:minimum|maximum) \S+ usage per (?:Container|Pod) is/,
  /max limit to request ratio per (?:Container|Pod) is/,
  /violates PodSecurity "/,
  /error looking up service account /,
  /no PriorityClass with name \S+ was found/,
  /RuntimeClass "[^"]*" not found/,
];

function isRefusedToAll({ kind, message }: KubeError): boolean {
  return kind === "forbidden" && refusedToAll.some((words) => words.test(message));
}
