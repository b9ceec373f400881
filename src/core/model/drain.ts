/** One service that is taken out of traffic in one cluster, as the inventories of all clusters record it. */
export interface Drain {
  readonly cluster: string;
  readonly namespace: string;
  readonly service: string;
  /** ISO 8601. */
  readonly since: string;
  /** The labels by which the Service selects its pods. */
  readonly selector: Readonly<Record<string, string>>;
  /** The cluster that answers what is asked inside the drained one. */
  readonly instead: string;
  /** The same of single versions, by what was ready when it was decided. */
  readonly versions?: Readonly<Record<string, string>>;
  /**
   * `callers`: those of the other clusters leave it; `all`: its own too, which begins when the others have left.
   * `ended`: it is over, which a cluster that did not answer then has to learn from the others.
   */
  readonly stage: "callers" | "all" | "ended";
  /** When the command began that recorded this, ISO 8601: what was recorded last counts. */
  readonly at: string;
}
