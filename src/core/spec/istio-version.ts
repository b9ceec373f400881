/** The newest Istio that this program knows and tests: the default of `spec.istio.version`. */
export const newestIstioVersion = "1.31.0";

/** The first Istio without an in-cluster operator. https://istio.io/latest/blog/2024/in-cluster-operator-deprecation-announcement/ */
export const firstWithoutOperator = "1.24.0";

/** Below zero when `left` is the older version. Pre-releases count as their release; both must be `x.y.z`. */
export function compareIstioVersions(left: string, right: string): number {
  const a = numbersOf(left);
  const b = numbersOf(right);
  for (const [index, number] of a.entries()) {
    const difference = number - (b[index] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}

function numbersOf(version: string): number[] {
  return (version.split("-")[0] ?? "").split(".").map(Number);
}
