/** The newest Istio that this program knows and tests: the default of `spec.istio.version`. */
export const newestIstioVersion = "1.31.0";

/** The first Istio without an in-cluster operator. https://istio.io/latest/blog/2024/in-cluster-operator-deprecation-announcement/ */
export const firstWithoutOperator = "1.24.0";
