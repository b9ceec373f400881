import { writeMeshFile } from "../e2e/world.ts";

/** The shared mesh with one more route, at a name of its own: `door` is what that route has besides its weights. */
export function writeMeshWithDoor(into: string, door: string): string {
  return writeMeshFile(
    into,
    (text) => `${text.trimEnd()}
        - name: hello-door
          gateway: hello-door-gateway
          hosts: [hello.mesh.example]
          match: { exact: /hello }
          weights: { v1: 50, v2: 50 }
          ${door}
`,
  );
}
