/** What gets events one after the other. */
export interface EventHook {
  /** How messages call it; nothing secret. */
  readonly name: string;
  /** Hands over one event, a JSON document in one line. `id` is the same for each try of one event. Gives why it was not taken; undefined where it was. Never rejects. */
  readonly deliver: (event: string, id: string, signal: AbortSignal) => Promise<string | undefined>;
  /** Ends what is open. */
  readonly close: () => Promise<void>;
}

/** How long hooks may take; tests wait shorter. */
export interface HookLimits {
  /** One try, milliseconds. */
  readonly tryMs: number;
  /** Between two tries of a URL. */
  readonly pauseMs: number;
  readonly tries: number;
}

export const hookLimits: HookLimits = { tryMs: 10_000, pauseMs: 500, tries: 3 };

/** Why an event was not taken, where the command's end did not wait longer. */
export const outOfTime = "there was no more time for it";
