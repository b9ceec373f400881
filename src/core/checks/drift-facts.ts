import type { ObjectId } from "../model/kube-object.ts";
import type { PendingDeletion } from "../plan/pending-deletion.ts";
import type { BareTrial, RefusedWrite, TriedWrites } from "../plan/plan.ts";

/** What a plan says of the objects of one cluster. */
export type DriftFacts =
  | {
      readonly kind: "compared";
      /** False in a cluster to which this mesh was never applied; then nothing there has drifted. */
      readonly applied: boolean;
      /** An apply that makes something new has begun there and has not ended: it goes on, was interrupted, or something stopped it. Left out where none has. */
      readonly unfinished?: true;
      /** How many objects there an apply has written, by their label and field manager, while no list of what was applied is there; left out where that is none. */
      readonly unlisted?: number;
      readonly objects: readonly DriftedObject[];
      /** What others have added to objects beside what was applied; left out where that is nothing. */
      readonly added?: readonly AddedToObject[];
      /** Objects that somebody has deleted and that are not gone yet; left out where there are none. */
      readonly deletions?: readonly DeletedObject[];
      /** Objects that could not be compared, `Kind namespace/name`, and why. */
      readonly unknown: readonly { readonly object: string; readonly reason: string }[];
      /** What policies and webhooks refuse, tried by writes that change nothing; left out where that is nothing. */
      readonly refusedWrites?: readonly RefusedWrite[];
      /** Workloads of which a new pod was let in without a sidecar; left out where there are none. */
      readonly bareTrials?: readonly BareTrial[];
      /** What else came of trying them; left out where nobody tried. */
      readonly triedWrites?: TriedWrites;
    }
  | { readonly kind: "not-judged"; readonly reason: string };

/** One object that is on its way out. */
export interface DeletedObject extends PendingDeletion {
  readonly id: ObjectId;
}

/** One object that is not as an apply would leave it. */
export interface DriftedObject {
  readonly id: ObjectId;
  /**
   * `gone`: an apply has made it, and it is there no more. `changed`: somebody
   * else has written over it. `unmade`: an apply that has not ended was to make
   * it, and it is not there. `pending`: the mesh file asks for what was not
   * applied yet. `left`: the mesh file asks for it no longer.
   */
  readonly state: "gone" | "changed" | "unmade" | "pending" | "left";
  /** What differs; empty where the whole object is gone, new or left. */
  readonly fields: readonly DriftedField[];
  /** Who changed it last, where the API server says so. */
  readonly writer?: Writer;
  /** What the API server says to an apply that would put it back; undefined where it would take it. */
  readonly refusal?: string;
  /** The service of the mesh file whose manifests it is in, `namespace/name`. */
  readonly service?: string;
  /** Labels of the pods that it makes. */
  readonly podLabels?: Readonly<Record<string, string>>;
}

export interface DriftedField {
  /** `spec.http[0].route[1].weight` */
  readonly path: string;
  /** As JSON, cut short; left out where there is none, and where it could hold a secret. */
  readonly live?: string;
  readonly wanted?: string;
}

/** What others have added to one object: an apply leaves these fields. */
export interface AddedToObject {
  readonly id: ObjectId;
  readonly fields: readonly AddedFieldFacts[];
  /** As with a `DriftedObject`. */
  readonly service?: string;
  readonly podLabels?: Readonly<Record<string, string>>;
}

export interface AddedFieldFacts {
  /** `spec.ports[name="http"].appProtocol` */
  readonly path: string;
  /** RFC 6901, in the object as it was read. */
  readonly pointer: string;
  /** As JSON, cut short; left out where it could hold a secret. */
  readonly value?: string;
  /** Modes of the TLS settings in it, where it is of a DestinationRule; left out where there are none. */
  readonly tlsModes?: readonly string[];
  /** What a list whose values are not shown has in it, by names. */
  readonly items?: readonly string[];
  /** A place in the object and what stands there, as JSON: without it the object is another by now, and nothing is to be taken out. */
  readonly test?: { readonly pointer: string; readonly value: string };
  readonly writer: Writer;
}

/** A field manager, and when it wrote to the object last (RFC 3339; empty where nobody says). */
export interface Writer {
  readonly manager: string;
  readonly time: string;
}
