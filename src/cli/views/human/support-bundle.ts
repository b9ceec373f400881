import type { SupportBundle } from "../../../engine/operations/support-bundle.ts";
import type { Palette } from "../../terminal/palette.ts";

/** What was written, and what could not be had. */
export function viewBundle(file: string, bundle: SupportBundle, palette: Palette): string {
  const missing = bundle.missing.map(({ path, reasons }) => {
    const words = reasons.map(({ summary }) => summary).join(", ");
    return `${palette.warn("‼")} not in it: ${path} (${words})`;
  });
  return [
    ...missing,
    `${palette.good("√")} ${palette.strong(file)}: ${bundle.files.length} files. Secrets are taken out; README.txt in it says what is where. Look through it before you hand it on.`,
  ].join("\n");
}
