import { describe, expect, it } from "vitest";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { commandFailure } from "./engine-diagnostic.ts";
import { CommandError } from "../process/run-command.ts";

describe("the failure of a command", () => {
  const cases: [string, string, RegExp][] = [
    ["a full disk", "write /data/cache/go-build/x: no space left on device", /Free disk space/],
    [
      "no memory",
      "k8s.io/api/core/v1: /usr/local/go/pkg/tool/linux_amd64/compile: signal: killed",
      /ran out of memory/,
    ],
    [
      "an intercepting proxy",
      "tls: failed to verify certificate: x509: certificate signed by unknown authority",
      /certificate authority/,
    ],
    ["a changed download", "verifying k8s.io/api@v0.36.3: checksum mismatch", /not what is pinned/],
    ["no name service", "dial tcp: lookup modules.example: no such host", /must reach/],
    [
      "no network, as apt says it",
      "Err:1 http://mirror.example/debian bookworm InRelease Temporary failure resolving 'mirror.example'",
      /must reach/,
    ],
    ["something else", "syntax error", /ask somebody/],
  ];
  it.each(cases)("has the fix for %s", (_, line, fix) => {
    const failure = commandFailure(
      "ISM713",
      "It did not work",
      "ask somebody",
      new CommandError("go build ended with exit code 1", [line], false),
    );
    expect(failure).toBeInstanceOf(UserError);
    const [diagnostic] = (failure as UserError).diagnostics;
    expect(diagnostic?.fix).toMatch(fix);
    expect(diagnostic?.detail).toContain("It did not work: go build ended with exit code 1.");
    expect(diagnostic?.detail).toContain(line);
    expect((failure as UserError).cause).toBeInstanceOf(CommandError);
  });

  it("is not made out of other errors", () => {
    const other = new TypeError("a mistake in the program");
    expect(commandFailure("ISM713", "It did not work", "ask somebody", other)).toBe(other);
  });
});
