import type { ResourceKind } from "../object-reference.ts";
import type { ResourceMapping } from "../resource-paths.ts";
import type { FakeStore, WireObject } from "./fake-store.ts";

/** A kind that the fake serves. */
export interface FakeResource extends ResourceKind, ResourceMapping {}

export interface FakeRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
  readonly contentType: string;
  /** The form that is asked for; empty where none is. */
  readonly accept: string;
}

/** What the answers depend on. */
export interface FakeState {
  readonly store: FakeStore;
  /** `apiVersion/kind/name` → the field of another manager. */
  readonly conflicts: ReadonlyMap<string, { readonly manager: string; readonly field: string }>;
  readonly kinds: readonly FakeResource[];
  /** True: a deleted namespace is terminating until somebody ends it, and takes no new objects meanwhile. */
  readonly namespacesLinger?: boolean;
  /** What a SubjectAccessReview is answered; everything is allowed without it. */
  readonly mayDo?: (attributes: Readonly<Record<string, string>>, user: string) => boolean;
  /** What admission makes of an object that is applied; a refusal is the message of a 403. */
  readonly admit?: (object: WireObject) => WireObject | { readonly refused: string };
}

/** What a watch is answered with. */
export interface WatchAnswer {
  readonly kind: "watch";
  readonly since: number;
  readonly bookmarks: boolean;
  readonly selects: (object: WireObject) => boolean;
}

export type FakeAnswer = { readonly kind: "answer"; readonly status: number; readonly body: unknown } | WatchAnswer;

/** An answer with a JSON body. */
export function answer(status: number, body: unknown): FakeAnswer {
  return { kind: "answer", status, body };
}
