import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { RawMesh } from "../schema.ts";
import type { SourceMap } from "../source-map.ts";

/** One rule that the schema cannot say: pure, all of its findings at once, each at its place. */
export type Rule = (mesh: RawMesh, source: SourceMap) => readonly Diagnostic[];
