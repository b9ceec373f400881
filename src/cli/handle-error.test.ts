import { describe, expect, it } from "vitest";
import { UserError } from "../core/diagnostics/user-error.ts";
import { handleError } from "./handle-error.ts";
import { paletteFor } from "./terminal/palette.ts";

function handle(
  error: unknown,
  options: { readonly aborted?: boolean; readonly verbose?: boolean } = {},
): { code: number; err: string; codes: readonly string[] } {
  const stop = new AbortController();
  if (options.aborted === true) {
    stop.abort();
  }
  let err = "";
  const codes: string[] = [];
  const code = handleError(error, {
    report: (diagnostics) => void codes.push(...diagnostics.map((one) => one.code)),
    signal: stop.signal,
    verbose: options.verbose === true,
    errorPalette: paletteFor(false),
    stderr: { write: (text) => void (err += text) },
  });
  return { code, err, codes };
}

describe("handleError", () => {
  it("reports expected problems as such, with their exit code", () => {
    const error = new UserError([{ code: "ISM104", severity: "error", summary: "S", detail: "D" }], 65);
    expect(handle(error)).toEqual({ code: 65, err: "", codes: ["ISM104"] });
  });

  it.each([
    ["the signal's own reason", new DOMException("This operation was aborted", "AbortError")],
    ["Node's abort error", Object.assign(new Error("aborted"), { code: "ABORT_ERR" })],
    [
      "an error that has one as its cause",
      new Error("request failed", { cause: new DOMException("aborted", "AbortError") }),
    ],
  ])("calls %s an interruption", (_, error) => {
    expect(handle(error, { aborted: true })).toEqual({ code: 130, err: "Interrupted.\n", codes: [] });
  });

  it("does not blame Ctrl-C for an abort that came from inside, nor for another error after it", () => {
    expect(handle(new DOMException("aborted", "AbortError")).code).toBe(1);
    expect(handle(new TypeError("x is not a function"), { aborted: true }).code).toBe(1);
  });

  it("shows a bug with its causes, without a stack, and asks to report it", () => {
    const { err, code } = handle(new TypeError("x is undefined", { cause: new Error("the reason") }));
    expect(code).toBe(1);
    expect(err).toContain("unexpected error: TypeError: x is undefined\n  caused by: the reason\n");
    expect(err).toContain("This is a bug in isthmus");
    expect(err).not.toContain("    at ");
  });

  it("shows the stack with --verbose", () => {
    expect(handle(new Error("x"), { verbose: true }).err).toContain("    at ");
  });
});
