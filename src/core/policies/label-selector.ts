import type { Labels } from "../model/labels.ts";
import { labelOf } from "../model/labels.ts";
import type { LabelExpression, LabelSelector } from "../checks/policy-facts.ts";

/** Whether an object with these labels is selected. */
export type SelectorTest = (labels: Labels) => boolean;

/** Whether a selector takes an object with these labels, as Kubernetes decides it (k8s.io/apimachinery, pkg/labels). An operator that it does not have selects nothing. */
export function selectsLabels(selector: LabelSelector, labels: Labels): boolean {
  return selectorTest(selector)(labels);
}

/** The same for many objects, taken apart once. */
export function selectorTest({ matchLabels, matchExpressions }: LabelSelector): SelectorTest {
  const asked = Object.entries(matchLabels);
  return (labels) =>
    asked.every(([key, value]) => labelOf(labels, key) === value) &&
    matchExpressions.every((expression) => holds(expression, labelOf(labels, expression.key)));
}

function holds({ operator, values }: LabelExpression, value: string | undefined): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
}
