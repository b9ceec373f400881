import type { WrittenBy } from "../../core/checks/beside-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { compareText } from "../../core/render/order.ts";

interface ManagedField {
  readonly manager?: string;
  readonly time?: string;
  readonly subresource?: string;
}

/** Who wrote an object last, and when, its status aside; both are empty where the API server does not keep it. */
export function writtenBy({ metadata }: KubeObject): WrittenBy {
  const fields = (metadata["managedFields"] ?? []) as unknown as readonly ManagedField[];
  const [last] = fields
    .filter(({ subresource = "" }) => subresource === "")
    .toSorted((a, b) => compareText(b.time ?? "", a.time ?? ""));
  return { by: last?.manager ?? "", at: last?.time ?? "" };
}
