import { PassThrough } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import { UserError } from "../core/diagnostics/user-error.ts";
import type { CliIo } from "./terminal/context.ts";
import { createContext } from "./create-context.ts";
import * as texts from "./views/human/on-stderr.ts";

const globals = {
  color: "auto",
  verbose: false,
  quiet: false,
  kubeconfig: undefined,
  clusterTimeout: undefined,
} as const;

interface World {
  readonly io: CliIo;
  readonly written: () => string;
}

function world(
  options: {
    readonly answer?: string;
    readonly tty?: boolean;
    readonly env?: CliIo["env"];
    readonly signal?: AbortSignal;
  } = {},
): World {
  const stdin = new PassThrough();
  if (options.answer !== undefined) {
    stdin.end(options.answer);
  }
  let written = "";
  const stream = {
    write: (text: string) => {
      written += text;
    },
    isTTY: options.tty === true,
  };
  const io: CliIo = {
    stdin: () => Object.assign(stdin, { isTTY: options.tty === true }),
    stdout: stream,
    stderr: stream,
    env: options.env ?? {},
    cwd: "/",
    now: () => 0,
    signal: options.signal ?? new AbortController().signal,
    outputClosed: new AbortController().signal,
  };
  return { io, written: () => written };
}

describe("confirm", () => {
  it.each([
    ["y\n", true],
    ["YES\n", true],
    ["yes", true],
    ["n\n", false],
    ["\n", false],
    ["yes please\n", false],
    ["", false],
  ])("takes %j for %s", async (answer, expected) => {
    const { io, written } = world({ tty: true, answer });
    const { context } = createContext([], globals, io, texts);
    await expect(context.confirm("Apply?", { yes: false })).resolves.toBe(expected);
    // The end of the input leaves the line open, which is then closed.
    expect(written()).toBe(answer === "" ? "Apply? [y/N] \n" : "Apply? [y/N] ");
  });

  it("does not ask with --yes, also where nobody could answer", async () => {
    const { io, written } = world();
    const { context } = createContext([], globals, io, texts);
    await expect(context.confirm("Apply?", { yes: true })).resolves.toBe(true);
    expect(written()).toBe("");
  });

  it("names the very command to run where nobody can answer", async () => {
    const argv = ["apply", "-f", "my mesh.yaml", "--", "x"];
    const { context } = createContext(argv, globals, world({ env: { ISTHMUS_COMMAND: "./isthmus" } }).io, texts);
    const error: unknown = await context.confirm("Apply?", { yes: false }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      exitCode: 64,
      diagnostics: [
        {
          code: "ISM007",
          fix: expect.stringContaining("\n    ./isthmus apply -f 'my mesh.yaml' --yes -- x") as string,
        },
      ],
    });
  });

  it("ends with Ctrl-C", async () => {
    const stop = new AbortController();
    const { io, written } = world({ tty: true, signal: stop.signal });
    const { context } = createContext([], globals, io, texts);
    const answer = context.confirm("Apply?", { yes: false });
    // What asks is imported when it is needed.
    await vi.waitFor(() => expect(written()).toContain("Apply?"), 20_000);
    stop.abort();
    context.log("a remark");
    await expect(answer).rejects.toMatchObject({ name: "AbortError" });
    expect(written()).toBe("Apply? [y/N] \na remark\n");
  });
});

describe("streams", () => {
  it("lets only results and problems through with --quiet", () => {
    const { io, written } = world();
    const { context } = createContext([], { ...globals, quiet: true }, io, texts);
    context.log("a remark");
    context.progress().onProgress({ kind: "task.started", subject: "west", task: "join" });
    context.print("a result");
    context.report([{ code: "ISM001", severity: "error", summary: "A problem", detail: "" }]);
    expect(written()).toBe("a result\nerror[ISM001] A problem\n\n\n");
  });

  it("says more with --verbose only", () => {
    const { io, written } = world();
    createContext([], globals, io, texts).context.debug("hidden");
    createContext([], { ...globals, verbose: true }, io, texts).context.debug("shown");
    expect(written()).toBe("shown\n");
  });
});
