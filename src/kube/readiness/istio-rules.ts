import type { KubeObject } from "../../core/model/kube-object.ts";
import { fieldsAt, listAt, textAt } from "./object-fields.ts";
import type { Readiness } from "./readiness.ts";
import { current, failed, inProgress } from "./readiness.ts";

/**
 * A webhook of Istio works only once istiod has put its CA into it: until then
 * the API server cannot talk to it, and pods come up without a sidecar
 * (failurePolicy Ignore) or are refused (Fail). istiod fills in those that
 * carry its revision (https://github.com/istio/istio/blob/master/pkg/webhooks/webhookpatch.go,
 * pkg/webhooks/validation/controller). Webhooks of others are complete as they are.
 */
export function webhookReadiness(object: KubeObject): Readiness {
  const isIstios = object.metadata.name.startsWith("istio") && object.metadata.labels?.["istio.io/rev"] !== undefined;
  const lacking = listAt(object, "webhooks").filter(
    (webhook) => textAt(fieldsAt(webhook, "clientConfig"), "caBundle") === undefined,
  );
  if (!isIstios || lacking.length === 0) {
    return current("the webhook configuration is there");
  }
  return inProgress("istiod has not put its CA into the webhook yet");
}

/**
 * An IstioOperator is done when Istio's in-cluster operator says so in its
 * status (istio/api operator/v1alpha1, InstallStatus, until 1.23). One that it
 * has not seen yet has no status.
 */
export function istioOperatorReadiness(object: KubeObject): Readiness {
  const status = fieldsAt(object, "status");
  const said = textAt(status, "status");
  if (said === "HEALTHY") {
    return current("the operator says HEALTHY");
  }
  if (said === "ERROR") {
    const message = textAt(status, "message");
    return failed(`the operator says ERROR${message === undefined ? "" : `: ${message}`}`);
  }
  return inProgress(said === undefined ? "the operator has not seen it yet" : `the operator says ${said}`);
}
