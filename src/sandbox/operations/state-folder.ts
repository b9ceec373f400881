import path from "node:path";
import { homeFolder } from "../../files/home-folder.ts";

/** The environment of the command, as `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The sandbox that commands mean when no `--instance` is given. */
export const defaultInstance = "default";

/**
 * Where sandboxes keep what they know and hold, a folder each:
 * `$ISTHMUS_STATE_DIR/sandbox`, else `$XDG_STATE_HOME/isthmus/sandbox`, else
 * `~/.local/state/isthmus/sandbox`.
 */
export function sandboxesFolder(env: Environment): string {
  const own = env["ISTHMUS_STATE_DIR"];
  if (own !== undefined && own !== "") {
    return path.resolve(own, "sandbox");
  }
  const shared = env["XDG_STATE_HOME"];
  const base = shared !== undefined && shared !== "" ? shared : path.join(homeFolder(env), ".local", "state");
  return path.resolve(base, "isthmus", "sandbox");
}

/** The folder of one sandbox. */
export function instanceFolder(env: Environment, instance: string): string {
  return path.join(sandboxesFolder(env), instance);
}

/** The sandbox's own kubeconfig. */
export function kubeconfigFile(folder: string): string {
  return path.join(folder, "kubeconfig");
}

/** The folder of one cluster of a sandbox. */
export function clusterDirectory(folder: string, cluster: string): string {
  return path.join(folder, "clusters", cluster);
}
