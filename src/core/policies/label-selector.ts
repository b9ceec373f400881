import type { LabelSelector } from "../checks/policy-facts.ts";

export type Labels = Readonly<Record<string, string>>;

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

/** Whether all of the asked labels are there with these values; a label that is missing is not one that is empty. */
export function hasLabels(labels: Labels, asked: Labels): boolean {
  return Object.entries(asked).every(([key, value]) => labels[key] === value);
}
