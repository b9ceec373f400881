import type { DnsQuestion, DnsRecordSet, DnsUpdate } from "../../core/front-door/dns-records.ts";

/** What a zone's server says about it. */
export interface DnsZoneFacts {
  /** The zone's serial number, where the provider has one; it changes with the zone. */
  readonly serial?: number;
  /** The name server that the zone calls its primary, without the last dot. */
  readonly primary?: string;
}

/**
 * A zone that isthmus can write into. Each method asks the server anew and
 * throws a UserError that says where, why and what to do;
 * the signal's reason when aborted. Methods may run side by side.
 */
export interface DnsZone {
  /** The zone's name, `example.test`. */
  readonly name: string;
  /** Where it is written, for messages: `192.0.2.53:53 with key isthmus`. Holds no secret. */
  readonly where: string;
  /**
   * `compare-and-swap`: an update is one step, and is not done where a prerequisite does not hold.
   * `read-back`: the provider has neither. Prerequisites are checked by reading, sets are written one after the other
   * so that no address is ever without an owner, other writers of isthmus wait, and what came of it has to be read
   * again; what other programs write in the same moment may be lost.
   */
  readonly consistency: "compare-and-swap" | "read-back";
  /** Proves that the server is there, has the zone and accepts the credentials; changes nothing. */
  probe(signal: AbortSignal): Promise<DnsZoneFacts>;
  /**
   * The sets that exist, as they are now: no answer of a cache, none that a wildcard made up.
   * A name that is an alias has its CNAME in the answer whatever type was asked.
   */
  read(questions: readonly DnsQuestion[], signal: AbortSignal): Promise<readonly DnsRecordSet[]>;
  /**
   * Changes the zone. `changed-meanwhile`: a prerequisite does not hold and nothing was changed (`read-back`: so far
   * as it was seen); read again and decide again. A failure after the request was sent may or may not have changed the zone.
   */
  update(update: DnsUpdate, signal: AbortSignal): Promise<"done" | "changed-meanwhile">;
}
