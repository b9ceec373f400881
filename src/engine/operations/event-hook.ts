import { randomUUID } from "node:crypto";
import path from "node:path";
import { errorOf, warningOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { groupBy } from "../../core/model/group-by.ts";
import { Secret } from "../../core/secret.ts";
import { readText } from "../../files/read-text.ts";
import { commandHook } from "../../providers/event-hooks/command-hook.ts";
import type { EventHook, HookLimits } from "../../providers/event-hooks/event-hook.ts";
import { hookLimits } from "../../providers/event-hooks/event-hook.ts";
import { faultOfSecret } from "../../providers/event-hooks/sign-event.ts";
import { urlHook } from "../../providers/event-hooks/url-hook.ts";

/** What a command line says of hooks. */
export interface HookRequest {
  /** A URL of http or https, or a command for the shell; undefined where nothing takes events. */
  readonly onEvent: string | undefined;
  /** The file with the secret by which events for a URL are signed. */
  readonly secretFile: string | undefined;
}

export interface HookOptions {
  readonly cwd: string;
  /** A proxy is taken from here, as everywhere. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Gets what was not delivered, at the end. */
  readonly report: (diagnostics: readonly Diagnostic[]) => void;
  readonly limits?: HookLimits;
  /** How long `close` waits for what is not delivered yet, milliseconds; default 30,000. */
  readonly closeMs?: number;
}

/** Takes events while work goes on, which never waits for it. */
export interface OpenHook {
  /** One event as a line of JSON. They are delivered one after the other, in order. */
  readonly write: (line: string) => void;
  /** Waits for what is not delivered yet, and warns (ISM871) of what was not. */
  readonly close: () => Promise<void>;
}

interface Lost {
  readonly event: string;
  readonly why: string;
}

/**
 * Opens a hook. A UserError (64, ISM870) for a URL without a secret or with a
 * user or password in it, a secret without a URL, and a file that holds none.
 */
export async function openEventHook(asked: HookRequest, options: HookOptions): Promise<OpenHook> {
  const hook = await hookOf(asked, options);
  const ending = new AbortController();
  const lost: Lost[] = [];
  let last = Promise.resolve();
  return {
    write: (line) => {
      const event = line.trimEnd();
      const id = `msg_${randomUUID()}`;
      last = last.then(async () => {
        const why = await hook.deliver(event, id, ending.signal);
        if (why !== undefined) {
          lost.push({ event: kindOf(event), why });
        }
      });
    },
    close: async () => {
      const timer = setTimeout(() => ending.abort(), options.closeMs ?? 30_000);
      await last;
      clearTimeout(timer);
      await hook.close();
      if (lost.length > 0) {
        options.report([
          {
            ...warningOf("ISM871"),
            detail: `${hook.name} did not take ${describeLost(lost)}. What the command did to the clusters does not go by that.`,
            fix: "See what answers there; --events-to FILE keeps all events on this machine.",
          },
        ]);
      }
    },
  };
}

/** Each reason once, with its events. */
function describeLost(lost: readonly Lost[]): string {
  return [...groupBy(lost, ({ why }) => why)]
    .map(([why, those]) => {
      const kinds = [...new Set(those.map(({ event }) => event))].join(", ");
      return `${those.length} ${those.length === 1 ? "event" : "events"} (${kinds}): ${why}`;
    })
    .join("; ");
}

async function hookOf({ onEvent, secretFile }: HookRequest, options: HookOptions): Promise<EventHook> {
  const limits = options.limits ?? hookLimits;
  if (onEvent === undefined || !/^https?:\/\//i.test(onEvent)) {
    if (secretFile !== undefined || onEvent === undefined) {
      throw refused(
        "--on-event-secret signs events for a URL, and --on-event names none",
        "Name the URL with --on-event, or leave --on-event-secret out: a command gets its events unsigned.",
      );
    }
    return commandHook(onEvent, limits);
  }
  if (!URL.canParse(onEvent)) {
    throw refused("The URL of --on-event cannot be read", "Write it as https://HOST/PATH.");
  }
  const url = new URL(onEvent);
  if (url.username !== "" || url.password !== "") {
    throw refused(
      "The URL of --on-event has a user or a password, which events are not sent with, and which everybody on this machine can read on the command line",
      "Leave them out: the receiver knows by the signature who sends. One that asks for a password takes a token in the path or query, or is asked by a command of yours.",
    );
  }
  return urlHook({
    ...limits,
    url,
    secret: await readSecret(secretFile, options),
    now: options.now,
    env: options.env,
  });
}

async function readSecret(name: string | undefined, { cwd }: HookOptions): Promise<Secret> {
  if (name === undefined) {
    throw refused(
      "Events for a URL are signed, so that whoever gets them knows who sent them, and no secret is named",
      "Make a secret, give it to the receiver as well, and name it: (umask 077; openssl rand -base64 32 > hook.secret), then --on-event-secret hook.secret",
    );
  }
  const text = await readText(path.resolve(cwd, name)).catch((error: Error) => {
    throw refused(`The secret file ${name} cannot be read: ${error.message}`, "Name the file that holds the secret.");
  });
  const fault = faultOfSecret(text.trim());
  if (fault !== undefined) {
    throw refused(`What ${name} holds ${fault}`, "Make a new one: openssl rand -base64 32");
  }
  return new Secret(text.trim());
}

function refused(why: string, fix: string): UserError {
  return new UserError([{ ...errorOf("ISM870"), detail: `${why}. Nothing was changed.`, fix }], exitCodes.usage);
}

function kindOf(event: string): string {
  return String((JSON.parse(event) as { readonly event?: unknown }).event ?? "event");
}
