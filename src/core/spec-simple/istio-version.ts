/** The newest Istio release that this version of isthmus supports; what a mesh file without `spec.istio.version` gets. */
export const newestIstioVersion = "1.31.0";
