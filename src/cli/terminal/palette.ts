import { createColors } from "picocolors";

/** The few colours that the views use, each for one meaning; all are plain text when colour is off. */
export interface Palette {
  readonly added: (text: string) => string;
  readonly changed: (text: string) => string;
  readonly removed: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly strong: (text: string) => string;
}

/** The palette for a stream that takes colour or not. */
export function paletteFor(color: boolean): Palette {
  const colors = createColors(color);
  return {
    added: colors.green,
    changed: colors.yellow,
    removed: colors.red,
    good: colors.green,
    bad: colors.red,
    warn: colors.yellow,
    dim: colors.dim,
    strong: colors.bold,
  };
}
