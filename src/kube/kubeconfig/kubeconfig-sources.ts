import path from "node:path";
import { homeFolder } from "../../files/home-folder.ts";

/** Where contexts are looked for. */
export interface KubeconfigWorld {
  /** The one file to look into (the mesh file's `kubeconfig`), absolute. */
  readonly kubeconfigFile?: string;
  /** `--kubeconfig`: then KUBECONFIG and ~/.kube/config are not looked at. */
  readonly kubeconfigFlag?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Looked at last, one by one, when no other file has the context (running sandboxes). */
  readonly extraFiles: readonly string[];
}

/** Files that are read as one, the way kubectl merges them. */
export interface KubeconfigSource {
  readonly files: readonly string[];
  /** True where a missing file is a mistake. */
  readonly required: boolean;
}

/** The kubeconfigs of a world, in the order in which contexts are looked for; the first that has a context counts. */
export function listSources(world: KubeconfigWorld): readonly KubeconfigSource[] {
  if (world.kubeconfigFile !== undefined) {
    return [{ files: [world.kubeconfigFile], required: true }];
  }
  const extra = world.extraFiles.map((file): KubeconfigSource => ({ files: [file], required: false }));
  return [ownSource(world), ...extra];
}

function ownSource({ kubeconfigFlag, env }: KubeconfigWorld): KubeconfigSource {
  if (kubeconfigFlag !== undefined) {
    return { files: [kubeconfigFlag], required: true };
  }
  const listed = (env["KUBECONFIG"] ?? "").split(path.delimiter).filter((file) => file !== "");
  return {
    files: listed.length > 0 ? listed : [path.join(homeFolder(env), ".kube", "config")],
    required: false,
  };
}
