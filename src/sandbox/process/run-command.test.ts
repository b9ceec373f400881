import { describe, expect, it } from "vitest";
import { CommandError, runCommand } from "./run-command.ts";
import { runSystemCommand } from "./system-command.ts";

const never = new AbortController().signal;

describe.runIf(process.platform === "linux")("a command", () => {
  it("gives what it printed, and its lines as they come", async () => {
    const lines: string[] = [];
    const output = await runCommand("sh", ["-c", "echo one; echo two; echo three >&2"], {
      signal: never,
      timeoutMs: 10_000,
      onLine: (line) => lines.push(line),
    });
    expect(output).toEqual({ stdout: "one\ntwo", stderr: "three" });
    expect(lines.toSorted()).toEqual(["one", "three", "two"]);
  });

  it("that fails tells its exit code and its last lines, without those that are only progress", async () => {
    const failing = runCommand("sh", ["-c", "for i in $(seq 30); do echo line $i; done; echo '# get x'; exit 7"], {
      signal: never,
      timeoutMs: 10_000,
      isProgress: (line) => line.startsWith("# get"),
    });
    const error = await failing.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CommandError);
    expect(error).toMatchObject({ message: "sh ended with exit code 7", notFound: false });
    expect((error as CommandError).lastLines.at(-1)).toBe("line 30");
    expect((error as CommandError).lastLines).toHaveLength(12);
  });

  it("that is not there is told as not installed", async () => {
    const error = await runCommand("no-such-program", [], {
      signal: never,
      timeoutMs: 10_000,
    }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ message: "no-such-program is not installed", notFound: true });
  });

  it("that takes too long is stopped with its children", async () => {
    const error = await runCommand("sh", ["-c", "sleep 60 & sleep 60"], {
      signal: never,
      timeoutMs: 200,
    }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ message: "sh did not end within 0 s and was stopped" });
  });

  it("ends with the signal's reason when it is aborted", async () => {
    const reason = new Error("the user has left");
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 100);
    await expect(runCommand("sleep", ["60"], { signal: controller.signal, timeoutMs: 10_000 })).rejects.toBe(reason);
    await expect(runCommand("sleep", ["60"], { signal: controller.signal, timeoutMs: 10_000 })).rejects.toBe(reason);
  });

  it("reads its input, and none where none is given", async () => {
    expect(await runCommand("cat", [], { input: "a\nb" })).toEqual({ stdout: "a\nb", stderr: "" });
    expect(await runCommand("cat", [], { signal: never, timeoutMs: 10_000 })).toEqual({ stdout: "", stderr: "" });
    const text = "x".repeat(1_000_000);
    await expect(runCommand("true", [], { input: text })).resolves.toEqual({ stdout: "", stderr: "" });
  });

  it("of the system that fails is explained by what it said, in English", async () => {
    const error = await runSystemCommand("ls", ["/no/such/folder"]).catch((caught: unknown) => caught);
    expect((error as CommandError).explain()).toMatch(
      /^ls ended with exit code 2: ls: cannot access '\/no\/such\/folder'/,
    );
  });

  it("of the system that is not there is told as not installed", async () => {
    const error = await runSystemCommand("no-such-program", []).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ message: "no-such-program is not installed", notFound: true });
  });

  it("of the system ends with the signal's reason when it is aborted", async () => {
    const reason = new Error("the user has left");
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 100);
    await expect(runSystemCommand("sleep", ["60"], { signal: controller.signal })).rejects.toBe(reason);
  });
});
