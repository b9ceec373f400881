import type { manifestCodes } from "../diagnostics/codes/manifests.ts";
import type { Path } from "../mesh-file/path.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { Service } from "../model/mesh.ts";

/** A service and the objects of its manifests. */
export interface CheckedService {
  readonly service: Service;
  readonly manifests: readonly KubeObject[];
}

/** Something in manifests that contradicts the mesh file or itself. */
export interface Finding {
  readonly code: keyof typeof manifestCodes;
  readonly severity: "error" | "warning";
  /** Where it is written; absent = at the service's `manifests` in the mesh file. */
  readonly object?: KubeObject;
  /** The value in that object; absent = the object as a whole. */
  readonly at?: Path;
  readonly detail: string;
  readonly fix: string;
}
