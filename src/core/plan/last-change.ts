import type { KubeObject } from "../model/kube-object.ts";

/** Who wrote an object last and when, as a clause: `, written last by kubectl-edit at 2026-01-01T00:00:00Z`; empty where the API server does not say. */
export function describeLastChange(object: KubeObject): string {
  const entries = (object.metadata["managedFields"] ?? []) as readonly {
    readonly manager?: string;
    readonly time?: string;
    readonly subresource?: string;
  }[];
  const [last] = entries
    // A status is nobody's wish.
    .filter((entry) => (entry.subresource ?? "") === "" && entry.time !== undefined)
    .toSorted((a, b) => Date.parse(b.time ?? "") - Date.parse(a.time ?? ""));
  return last === undefined ? "" : `, written last by ${last.manager ?? "somebody"} at ${last.time ?? ""}`;
}
