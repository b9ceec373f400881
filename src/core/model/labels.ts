/** Labels of an object by key, or those that a selector asks for. */
export type Labels = Readonly<Record<string, string>>;

/** Whether all of the asked labels are there with these values; a label that is missing is not one that is empty. */
export function hasLabels(labels: Labels, asked: Labels): boolean {
  return Object.entries(asked).every(([key, value]) => labelOf(labels, key) === value);
}

/** The value of a label, also of one called `constructor`, which every object seems to have. */
export function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
