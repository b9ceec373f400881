import type { KubeObject } from "../../core/model/kube-object.ts";
import { conditionOf, listAt, fieldsAt, wordsOf } from "./object-fields.ts";
import type { Readiness } from "./readiness.ts";
import { current, inProgress } from "./readiness.ts";

/**
 * A Certificate, Issuer or ClusterIssuer is ready when cert-manager says so of what it asks for now. One without the
 * condition was not looked at yet; which generation it speaks of is in the condition, and nowhere else in the status
 * (https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.CertificateCondition).
 */
export function certManagerReadiness(object: KubeObject): Readiness {
  const ready = conditionOf(object, "Ready");
  if (ready === undefined) {
    return inProgress("cert-manager has not looked at it yet");
  }
  const generation = object.metadata["generation"];
  const observed = listAt(fieldsAt(object, "status"), "conditions").find((one) => one["type"] === "Ready")?.[
    "observedGeneration"
  ];
  if (typeof generation === "number" && typeof observed === "number" && observed < generation) {
    return inProgress("cert-manager has not seen the change yet");
  }
  return ready.status === "True" ? current("cert-manager says that it is ready") : inProgress(wordsOf(ready));
}
