import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { statusBody } from "./status-body.ts";

/** What is done to a request instead of answering it, or before. */
export type Fault =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    }
  /** The connection is cut without an answer; with `done` after the request took effect. */
  | { readonly kind: "reset"; readonly done?: boolean }
  /** No answer ever comes. */
  | { readonly kind: "hang" }
  /** The answer comes when this has. */
  | { readonly kind: "held"; readonly until: Promise<unknown> }
  | { readonly kind: "latency"; readonly milliseconds: number };

/** A request as it came in. */
export interface SeenRequest {
  readonly method: string;
  /** With the prefix and the query. */
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** When, in milliseconds since the epoch. */
  readonly at: number;
}

/** The faults that wait for requests. */
export interface Faults {
  /** The next `times` requests that `matches` meet the fault. */
  inject(fault: Fault, times: number, matches: (request: SeenRequest) => boolean): void;
  /** The fault that this request meets, once less from now on. */
  take(request: SeenRequest): Fault | undefined;
  /** Ends all, also those that have times left. */
  mend(): void;
}

/** None yet. */
export function createFaults(): Faults {
  const faults: { fault: Fault; times: number; matches: (request: SeenRequest) => boolean }[] = [];
  return {
    inject: (fault, times, matches) => void faults.push({ fault, times, matches }),
    take(request) {
      const active = faults.find((one) => one.times > 0 && one.matches(request));
      if (active === undefined) {
        return undefined;
      }
      active.times -= 1;
      return active.fault;
    },
    mend: () => void faults.splice(0),
  };
}

/** Does to a request what the fault says before an answer. True when the request is dealt with. */
export async function strike(fault: Fault, response: ServerResponse): Promise<boolean> {
  switch (fault.kind) {
    case "status":
      response.writeHead(fault.status, { "content-type": "application/json", ...fault.headers });
      response.end(JSON.stringify(fault.body ?? statusBody(fault.status, "Fault", "injected fault")));
      return true;
    case "reset":
      if (fault.done === true) {
        return false;
      }
      response.socket?.destroy();
      return true;
    case "hang":
      return true;
    case "held":
      await fault.until;
      return false;
    case "latency":
      await pause(fault.milliseconds);
      return false;
  }
}
