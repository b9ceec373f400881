import type { KubeObject } from "../model/kube-object.ts";
import { describeId, idOf } from "../model/kube-object.ts";
import { Secret } from "../secret.ts";
import type { Finding } from "./finding.ts";
import { fieldsAt } from "./pod-template.ts";

/** Base64 with its padding, as Go's encoding/json takes it: line breaks in it count for nothing. */
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Values below `data` of a Secret that are no base64: texts as they are belong below `stringData`. Never shows a value. */
export function checkSecretData(object: KubeObject): readonly Finding[] {
  if (object.kind !== "Secret" || object.apiVersion !== "v1") {
    return [];
  }
  return Object.entries(fieldsAt(object, ["data"]) ?? {}).flatMap(([key, value]: readonly [string, unknown]) =>
    value instanceof Secret && !base64.test(value.expose().replaceAll(/[\r\n]/g, ""))
      ? [
          {
            code: "ISM627" as const,
            severity: "error" as const,
            object,
            at: ["data", key],
            detail: `data[${JSON.stringify(key)}] in ${describeId(idOf(object))} is no base64, and API servers refuse the object.`,
            fix: "Move the value below stringData if it is written as it is, or encode it: base64 -w0 FILE",
          },
        ]
      : [],
  );
}
