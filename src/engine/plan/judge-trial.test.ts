import { expect, it } from "vitest";
import { KubeError } from "../../kube/errors.ts";
import { judgeTrial } from "./judge-trial.ts";

const forbidden = (message: string): KubeError => errorOf("forbidden", message);

function errorOf(kind: KubeError["kind"], message: string): KubeError {
  const endpoint = {
    server: "https://127.0.0.1",
    context: "west",
    file: "kubeconfig",
    clientCertificate: true,
    proxied: false,
  };
  return new KubeError({ kind, cluster: "west", endpoint, verb: "dry-run", message });
}

const policy = forbidden(
  "pods \"web\" is forbidden: ValidatingAdmissionPolicy 'owned' with binding 'owned' denied request: no naked pods",
);

it.each([
  ["nothing", undefined, "let in"],
  ["a policy", policy, "refused"],
  ["a webhook", forbidden('admission webhook "a.example" denied the request: no'), "refused"],
  ["a webhook that is away", errorOf("server", 'failed calling webhook "a.example": EOF'), "refused"],
  ["a webhook without dry-runs", errorOf("invalid", 'admission webhook "a" does not support dry run'), "unknown"],
  ["a quota that is used up", forbidden('pods "web" is forbidden: exceeded quota: q, requested: pods=1'), "full"],
  ["a quota for what is not said", forbidden("failed quota: q: must specify limits.cpu for: web"), "refused"],
  ["a range", forbidden("maximum memory usage per Container is 64Mi, but limit is 1Gi"), "refused"],
  ["ranges", forbidden("[minimum cpu usage per Pod is 1, but request is 100m, b]"), "refused"],
  ["a standard", forbidden('pods "web" is forbidden: violates PodSecurity "restricted:latest": a'), "refused"],
  [
    "an account that is away",
    forbidden('error looking up service account a/b: serviceaccount "b" not found'),
    "refused",
  ],
  ["a priority that is away", forbidden("no PriorityClass with name high was found"), "refused"],
  ["this account", forbidden('pods is forbidden: User "ci" cannot create resource "pods"'), "unknown"],
  ["a namespace that goes", forbidden("unable to create new content in namespace a"), "unknown"],
] as const)("judges a pod by the words of %s", (_name, error, expected) => {
  expect(judgeTrial(error, "pod")).toBe(expected);
});

it("blames nobody for refusing a pod that has no controller, and asks quotas nothing about other objects", () => {
  expect(judgeTrial(policy, "naked pod")).toBe("unknown");
  expect(judgeTrial(errorOf("server", 'failed calling webhook "a.example": EOF'), "naked pod")).toBe("refused");
  expect(judgeTrial(forbidden("exceeded quota: q, requested: count/services=1"), "object")).toBe("unknown");
});
