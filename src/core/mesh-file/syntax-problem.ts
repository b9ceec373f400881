/** Why a text is no YAML, with its place in the text. */
export interface SyntaxProblem {
  readonly start: number;
  readonly end: number;
  /** A whole sentence, which quotes nothing of the text. */
  readonly said: string;
  readonly fix: string;
}
