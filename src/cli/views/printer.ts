import type { CliContext } from "../terminal/context.ts";

/** What a view writes with: data to stdout, diagnostics to stderr. */
export type Printer = Pick<CliContext, "print" | "printJson" | "palette" | "report">;
