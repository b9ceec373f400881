/** The text of a mesh file of one cluster, west, with more of its `spec` from line 6 on: lines indented by two or more. */
export function smallMesh(more: string): string {
  return `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: m }
spec:
  clusters: [{ name: west, context: w }]
${more}`;
}
