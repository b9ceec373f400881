import type { CliIo } from "./context.ts";

/** Asks a yes-or-no question on stderr. Only `y` and `yes` are a yes. The end of the input is a no; an abort rejects. */
export async function ask(question: string, { stdin, stderr, signal }: CliIo): Promise<boolean> {
  signal.throwIfAborted();
  const { createInterface } = await import("node:readline");
  signal.throwIfAborted();
  const reader = createInterface({ input: stdin() });
  let onAbort = (): void => {};
  try {
    stderr.write(`${question} [y/N] `);
    const answer = await new Promise<string>((resolve, reject) => {
      onAbort = () => reject(signal.reason as Error);
      signal.addEventListener("abort", onAbort, { once: true });
      reader.once("line", (line) => {
        reader.removeAllListeners("close");
        resolve(line);
      });
      reader.once("close", () => {
        stderr.write("\n");
        resolve("");
      });
    });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    signal.removeEventListener("abort", onAbort);
    reader.removeAllListeners("close");
    reader.close();
  }
}
