import type { Fault } from "../fault.ts";

/** Two faults at once: neither hides the other, and neither is blamed on the other. */
export function pairOf(first: Fault, second: Fault): Fault {
  return {
    what: `${first.what}; and ${second.what}`,
    inject: async () => {
      await first.inject();
      await second.inject();
    },
    causes: [...first.causes, ...second.causes],
    undo: async () => {
      await first.undo?.();
      await second.undo?.();
    },
  };
}
