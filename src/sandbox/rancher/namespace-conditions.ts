import { formatTime } from "./v3-resource.ts";

/** The annotation in which Rancher keeps the conditions of a namespace (RANCHER pkg/namespace/namespace_utils.go). */
export const statusAnnotation = "cattle.io/status";

interface NamespaceCondition {
  readonly Type: string;
  readonly Status: "True" | "False";
  readonly Message: string;
  readonly LastUpdateTime: string;
}

/** The annotation with one condition set; the same text where it was so already. A true one has no message. */
export function setCondition(
  annotation: string | undefined,
  wanted: { readonly type: string; readonly value: boolean; readonly message: string },
  now: Date,
): string {
  const before = readConditions(annotation);
  const condition: NamespaceCondition = {
    Type: wanted.type,
    Status: wanted.value ? "True" : "False",
    Message: wanted.value ? "" : wanted.message,
    LastUpdateTime: formatTime(now),
  };
  const same = before.find(
    (one) => one.Type === condition.Type && one.Status === condition.Status && one.Message === condition.Message,
  );
  if (same !== undefined && annotation !== undefined) {
    return annotation;
  }
  const others = before.filter((one) => one.Type !== wanted.type);
  return JSON.stringify({ Conditions: [...others, condition] });
}

/** True when the annotation says that the condition holds. */
export function isConditionTrue(annotation: string | undefined, type: string): boolean {
  return readConditions(annotation).some((one) => one.Type === type && one.Status === "True");
}

function readConditions(annotation: string | undefined): readonly NamespaceCondition[] {
  try {
    const parsed = JSON.parse(annotation ?? "{}") as { readonly Conditions?: readonly NamespaceCondition[] };
    return parsed.Conditions ?? [];
  } catch {
    return [];
  }
}
