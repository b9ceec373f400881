import type { ObjectId } from "../model/kube-object.ts";
import { quoteCommand } from "../quote-command.ts";
import type { MeshFacts, ReachedCluster } from "./facts.ts";

export interface ApplyWish {
  /** Only to this cluster. */
  readonly cluster?: string;
  /** Kinds whose fields are taken over from whoever has written them since. */
  readonly force?: readonly string[];
  readonly prune?: boolean;
}

/** The `isthmus apply` that puts things right, with the mesh file that was checked. */
export function applyCommand({ mesh }: MeshFacts, { cluster, force = [], prune = false }: ApplyWish = {}): string {
  return quoteCommand([
    "isthmus",
    "apply",
    ...(mesh.file === undefined ? [] : ["-f", mesh.file]),
    ...(cluster === undefined ? [] : ["--cluster", cluster]),
    ...(force.length === 0 ? [] : [`--force-conflicts=${force.join(",")}`]),
    ...(prune ? ["--prune"] : []),
  ]);
}

/** kubectl with the context by which the cluster was checked. */
export function kubectl({ context }: ReachedCluster, ...words: readonly string[]): string {
  return quoteCommand(["kubectl", "--context", context, ...words]);
}

/** kubectl with one verb about one object. */
export function kubectlCommand(one: ReachedCluster, verb: string, id: ObjectId): string {
  const kind = (id.group === "" ? id.kind : `${id.kind}.${id.group}`).toLowerCase();
  return kubectl(one, ...(id.namespace === undefined ? [] : ["-n", id.namespace]), verb, kind, id.name);
}
