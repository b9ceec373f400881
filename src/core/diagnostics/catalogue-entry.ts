/** What `isthmus explain CODE` tells about one code. */
export interface CatalogueEntry {
  /** The summary line of every diagnostic with this code. */
  readonly summary: string;
  /** Why the rule exists and what to do, in full sentences. */
  readonly explanation: string;
}
