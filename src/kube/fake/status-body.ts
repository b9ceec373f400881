/** A Kubernetes Status of a failure. */
export function statusBody(code: number, reason: string, message: string, details: object = {}): object {
  return { apiVersion: "v1", kind: "Status", status: "Failure", code, reason, message, details };
}
