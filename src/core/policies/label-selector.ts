import type { Labels } from "../model/labels.ts";
import { hasLabels } from "../model/labels.ts";
import type { LabelSelector } from "../checks/policy-facts.ts";

/** Whether a selector takes an object with these labels, as Kubernetes decides it (k8s.io/apimachinery, pkg/labels). An operator that it does not have selects nothing. */
export function selectsLabels({ matchLabels, matchExpressions }: LabelSelector, labels: Labels): boolean {
  return (
    hasLabels(labels, matchLabels) &&
    matchExpressions.every(({ key, operator, values }) => {
      const value = labels[key];
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
    })
  );
}
