import { setTimeout as pause } from "node:timers/promises";
import request from "undici/lib/api/api-request.js";
import { Secret } from "../../core/secret.ts";
import { contextOfServer } from "../../kube/kubeconfig/context-of-server.ts";
import { findProxyInEnv } from "../../kube/kubeconfig/proxy-from-env.ts";
import { createConnections } from "../../kube/wire/connections.ts";
import { userAgent } from "../../kube/wire/user-agent.ts";
import type { EventHook, HookLimits } from "./event-hook.ts";
import { outOfTime } from "./event-hook.ts";
import { signEvent } from "./sign-event.ts";

interface UrlHook extends HookLimits {
  readonly url: URL;
  readonly secret: Secret;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Where a proxy is named, as everywhere. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * POSTs each event, signed. No answer, and one of 429 or 500 and above, is
 * tried again; every other one that is not 2xx is not, redirects among them,
 * which are not followed.
 */
export function urlHook({ url, secret, now, env, tryMs, pauseMs, tries }: UrlHook): EventHook {
  // A path or query may be somebody's token.
  const name = url.origin;
  const proxy = findProxyInEnv(url, env);
  const proxyUrl = proxy === undefined ? undefined : new Secret(proxy.url);
  const server = contextOfServer(url.origin, { user: { name: "hook" }, file: name, proxyUrl });
  const connections = createConnections(server, { connectTimeoutMs: tryMs });
  const post = async (body: string, id: string, signal: AbortSignal): Promise<number> => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(tryMs)]);
    const answer = await request.call(await connections.get({}), {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": userAgent,
        ...signEvent(body, { id, seconds: Math.floor(now() / 1000), secret }),
      },
      body,
      signal: limit,
    });
    await answer.body.dump();
    return answer.statusCode;
  };
  return {
    name,
    deliver: async (event, id, signal) => {
      let why = "";
      for (let tried = 1; tried <= tries && !signal.aborted; tried += 1) {
        try {
          const status = await post(event, id, signal);
          if (status >= 200 && status < 300) {
            return undefined;
          }
          why = `it answered ${status}`;
          if (status < 500 && status !== 429) {
            return why;
          }
        } catch (error) {
          why = signal.aborted ? why : whyNotSent(error as NodeJS.ErrnoException, tryMs);
        }
        await pause(tried < tries ? pauseMs : 0, undefined, { signal }).catch(() => {});
      }
      return why === "" ? outOfTime : why;
    },
    close: async () => connections.close(),
  };
}

function whyNotSent({ name, code, message }: NodeJS.ErrnoException, tryMs: number): string {
  return name === "TimeoutError" ? `no answer within ${tryMs / 1000} s` : (code ?? message);
}
