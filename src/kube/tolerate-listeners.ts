import { setMaxListeners } from "node:events";

/** Lets any number of requests listen to one signal: dozens at a time are no leak, and Node would print that they are. */
export function tolerateListeners(signal: AbortSignal): void {
  setMaxListeners(0, signal);
}
