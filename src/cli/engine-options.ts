import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import type { OnEvent } from "../engine/events.ts";
import type { EngineOptions } from "../engine/options.ts";
import type { CliContext } from "./context.ts";

/** What a command passes to the engine: the context's world, with this command's listener and limit. */
export async function engineOptions(
  context: CliContext,
  own: { readonly onEvent?: OnEvent; readonly timeoutMs?: number } = {},
): Promise<EngineOptions> {
  return {
    env: context.env,
    ...(context.kubeconfig === undefined ? {} : { kubeconfig: path.resolve(context.cwd, context.kubeconfig) }),
    extraKubeconfigs: await sandboxKubeconfigs(context.env),
    cacheDir: cacheFolder(context.env),
    signal: context.signal,
    onEvent: own.onEvent ?? (() => {}),
    now: context.now,
    timeoutMs: own.timeoutMs ?? 60_000,
  };
}

/** `$ISTHMUS_CACHE_DIR`, else `$XDG_CACHE_HOME/isthmus`, else `~/.cache/isthmus`. */
function cacheFolder(env: CliContext["env"]): string {
  return env["ISTHMUS_CACHE_DIR"] ?? path.join(env["XDG_CACHE_HOME"] ?? path.join(env["HOME"] ?? homedir(), ".cache"), "isthmus");
}

/** The kubeconfigs of sandboxes on this machine, the default instance first, so that their contexts work without any setting. */
async function sandboxKubeconfigs(env: CliContext["env"]): Promise<readonly string[]> {
  const state = env["ISTHMUS_STATE_DIR"] ?? path.join(env["XDG_STATE_HOME"] ?? path.join(env["HOME"] ?? homedir(), ".local", "state"), "isthmus");
  const folder = path.join(state, "sandbox");
  const instances = await readdir(folder).catch(() => []);
  return instances.sort((a, b) => Number(b === "default") - Number(a === "default") || (a < b ? -1 : 1)).map((one) => path.join(folder, one, "kubeconfig"));
}
