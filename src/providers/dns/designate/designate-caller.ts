import type { ApiAnswer, ApiRequest, Send } from "./api-wire.ts";
import type { Sessions } from "./keystone.ts";

/** Requests to the cloud's DNS service, signed in. */
export interface DesignateCaller {
  /** An answer of any status to a path below `/v2`. One whose token is refused is sent once more with a new one. */
  readonly call: (
    method: ApiRequest["method"],
    path: string,
    rest: Pick<ApiRequest, "body" | "signal">,
  ) => Promise<ApiAnswer>;
  /** The service's clock, milliseconds since 1970, by its last answer. */
  readonly clock: () => number;
}

/** Asks nothing yet. */
export function createCaller(sessions: Sessions, send: Send): DesignateCaller {
  let aheadMs = 0;
  return {
    call: async (method, path, rest) => {
      for (let tried = 1; ; tried += 1) {
        const { token, dnsUrl } = await sessions.get(rest.signal);
        const headers = { "x-auth-token": token.expose() };
        const answer = await send({ method, url: `${dnsUrl}${path}`, headers, ...rest });
        const date = Date.parse(answer.header("date") ?? "");
        aheadMs = Number.isNaN(date) ? aheadMs : date - Date.now();
        if (answer.status !== 401 || tried === 2) {
          return answer;
        }
        sessions.drop();
      }
    },
    clock: () => Date.now() + aheadMs,
  };
}
