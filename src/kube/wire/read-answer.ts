import { readJson } from "../../core/model/exact-json.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { isRecord } from "../kubeconfig/read-fields.ts";
import type { Reporter, RequestSubject } from "../report-failure.ts";
import type { WireResponse } from "./wire-request.ts";
import { readWireObject } from "./wire-object.ts";

/** A successful answer as a JSON mapping. KubeError of kind `protocol` when it is none: a login page, a proxy's own words. */
export function readParsed(
  answer: WireResponse,
  subject: RequestSubject,
  report: Reporter,
): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = readJson(answer.text);
  } catch {
    parsed = undefined;
  }
  if (!isRecord(parsed)) {
    throw report.foreignAnswer(answer.status, subject);
  }
  return parsed;
}

/** A successful answer as an object. */
export function readObject(answer: WireResponse, subject: RequestSubject, report: Reporter): KubeObject {
  const parsed = readParsed(answer, subject, report);
  if (typeof parsed["kind"] !== "string" || !isRecord(parsed["metadata"])) {
    throw report.foreignAnswer(answer.status, subject);
  }
  return readWireObject(parsed);
}
