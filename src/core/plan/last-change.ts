import type { KubeObject } from "../model/kube-object.ts";

/** Who wrote an object last and when, of its `managedFields`; undefined where the API server does not say. */
export function lastWriterOf(
  object: KubeObject,
): { readonly manager?: string | undefined; readonly time: string } | undefined {
  const entries = (object.metadata["managedFields"] ?? []) as readonly {
    readonly manager?: string;
    readonly time?: string;
    readonly subresource?: string;
  }[];
  const [last] = entries
    // status is not desired state.
    .flatMap(({ manager, time, subresource }) =>
      (subresource ?? "") === "" && time !== undefined ? [{ manager, time }] : [],
    )
    .toSorted((a, b) => Date.parse(b.time) - Date.parse(a.time));
  return last;
}

/** The same as a clause: `, written last by kubectl-edit at 2026-01-01T00:00:00Z`, or nothing. */
export function describeLastChange(object: KubeObject): string {
  const last = lastWriterOf(object);
  return last === undefined ? "" : `, written last by ${last.manager ?? "somebody"} at ${last.time}`;
}
