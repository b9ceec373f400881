/**
 * A description that carries labels at its end, `for east [isthmus.dev/mesh=prod]`:
 * Rancher's `/v3/tokens` takes no labels
 * (https://github.com/rancher/rancher, pkg/auth/tokens/manager.go, createDerivedToken).
 */
export function joinDescription(description: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? description : `${description} [${pairs.join(",")}]`;
}

/** The two parts of what `joinDescription` made; any other text is all description. */
export function splitDescription(text: string): {
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
} {
  const [, description = "", list = ""] = /^(.*) \[([^[\]]+)\]$/s.exec(text) ?? [];
  const pairs = list.split(",").map((pair) => pair.split("="));
  const labels = pairs.flatMap(([key = "", value, ...rest]) =>
    key === "" || value === undefined || rest.length > 0 ? [] : [[key, value] as const],
  );
  return labels.length === 0 || labels.length < pairs.length
    ? { description: text, labels: {} }
    : { description, labels: Object.fromEntries(labels) };
}
