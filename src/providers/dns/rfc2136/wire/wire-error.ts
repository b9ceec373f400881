/** Bytes that are no DNS message, or a record that cannot be written as one; the message ends a sentence. */
export class WireError extends Error {
  override readonly name = "WireError";
}
