// What every command may write on stderr. It knows how wide characters are, by a table, and is imported late: the program's start loads nothing that it can do without.
export { formatDiagnostic } from "../../../core/diagnostics/format.ts";
export { showLiveProgress, showNoProgress, showPlainProgress } from "./progress.ts";
