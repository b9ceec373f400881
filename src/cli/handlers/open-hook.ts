import type { OpenHook } from "../../engine/operations/event-hook.ts";
import type { CliContext } from "../terminal/context.ts";

interface HookArgs {
  readonly onEvent: string | undefined;
  readonly onEventSecret: string | undefined;
}

/** The hook of `--on-event`; undefined without one, whose code is not loaded then. */
export async function openHook(
  { onEvent, onEventSecret }: HookArgs,
  { cwd, env, now, report }: CliContext,
): Promise<OpenHook | undefined> {
  if (onEvent === undefined) {
    return undefined;
  }
  const { openEventHook } = await import("../../engine/operations/event-hook.ts");
  return openEventHook({ onEvent, secretFile: onEventSecret }, { cwd, env, now, report });
}
