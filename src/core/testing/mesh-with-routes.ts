/** The text of a mesh file of two clusters with one service `n/s`, versions v1 and v2, and these routes in flow style. */
export function meshWithRoutes(...routes: readonly string[]): string {
  return `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: m }
spec:
  clusters: [{ name: west, context: w }, { name: east, context: e }]
  services:
    - name: s
      namespace: n
      port: 80
      versions: { v1: { clusters: [west] }, v2: { clusters: [east] } }
      routes:
${routes.map((route) => `        - ${route}\n`).join("")}`;
}
