import type { ExportOutcome } from "../../../engine/operations/export.ts";
import type { Palette } from "../../terminal/palette.ts";

/** What an export wrote, and what is still to do before it can be applied. */
export function viewExport(folder: string, outcome: ExportOutcome, palette: Palette): string {
  const { written, unchanged, removed } = outcome.files;
  const clusters = outcome.parts.filter((part) => part.cluster !== undefined).length;
  const secrets = outcome.parts.reduce(
    (sum, { leftOut }) => sum + Number(leftOut.cacerts) + leftOut.remotes.length + leftOut.others.length,
    0,
  );
  const place = folder.endsWith("/") ? folder : `${folder}/`;
  return [
    `${palette.good("√")} ${place}  ${counted(clusters, "cluster")}, ${counted(written, "file")} written, ${unchanged} unchanged, ${removed} removed`,
    ...(secrets === 0
      ? []
      : [
          palette.dim(
            `  ${counted(secrets, "Secret")} left out; ${place}README.md says how they are made, and the order`,
          ),
        ]),
  ].join("\n");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
