/** `tls.key is missing`. */
export function describeLacks(lacks: readonly string[]): string {
  return `${lacks.join(", ")} ${lacks.length === 1 ? "is" : "are"} missing`;
}
