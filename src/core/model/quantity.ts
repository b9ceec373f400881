/** Suffix → what a number before it counts in: multipliers of Kubernetes' quantities (k8s.io/apimachinery/pkg/api/resource/suffix.go). */
export const quantityFactors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The number that a quantity is (`500m` = 0.5, `1Gi`), or undefined for what is none. */
export function parseQuantity(text: string): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([a-zA-Z]*))$/.exec(text);
  const factor = quantityFactors[match?.[3] ?? ""];
  return match === null || factor === undefined ? undefined : Number(`${match[1] ?? ""}${match[2] ?? ""}`) * factor;
}
