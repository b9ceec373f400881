import type { WireObject } from "./fake-store.ts";

/** What a watch is answered with. */
export interface WatchAnswer {
  readonly kind: "watch";
  readonly since: number;
  readonly bookmarks: boolean;
  readonly selects: (object: WireObject) => boolean;
}
