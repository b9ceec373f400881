import { describe, expect, it } from "vitest";
import { createBuildProgress, formatSeconds, isFetchedModule, isModuleRequest } from "./build-progress.ts";

describe("the progress of a build", () => {
  it("counts what go build -v prints and says how long it may take", () => {
    const progress = createBuildProgress({ packages: 3900, programs: 10, expectedSeconds: 460 });
    for (const line of [
      "internal/goarch",
      "k8s.io/apiserver/pkg/server",
      "# k8s.io/x",
      "x.go:1:2: undefined: y",
      "",
      "gopkg.in/yaml.v3",
    ]) {
      progress.addLine(line);
    }
    expect(progress.describe(0, 130)).toBe(
      "3 of at most 3900 packages compiled, now gopkg.in/yaml.v3; 2m10s of at most about 7m40s",
    );
  });

  it("says what its own pace makes of a build on a machine that has other work", () => {
    const progress = createBuildProgress({ packages: 1000, programs: 10, expectedSeconds: 460 });
    Array.from({ length: 400 }, (_, index) => progress.addLine(`k8s.io/api/v${index}`));
    expect(progress.describe(0, 300)).toMatch(/; 5m00s of at most about 7m40s$/);
    expect(progress.describe(0, 480)).toMatch(/; 8m00s of about 20m00s at this pace$/);
  });

  it("counts programs once the first is written", () => {
    const progress = createBuildProgress({ packages: 3900, programs: 10, expectedSeconds: 460 });
    progress.addLine("internal/goarch");
    expect(progress.describe(4, 300)).toBe("4 of 10 programs linked; 5m00s of at most about 7m40s");
  });

  it.each([
    [0.4, "0s"],
    [59.4, "59s"],
    [59.6, "1m00s"],
    [605, "10m05s"],
  ])("writes %d seconds as %s", (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });
});

describe("the progress of a download", () => {
  it.each([
    ["# get https://modules.example/k8s.io/api/@v/v0.36.3.zip: 200 OK (0.102s)", true, true],
    ["# get https://modules.example/k8s.io/api/@v/v0.36.3.zip", false, true],
    ["# get https://modules.example/k8s.io/api/@v/v0.36.3.mod: 200 OK (0.051s)", false, true],
    ["# get https://modules.example/k8s.io/api/@v/v0.36.3.zip: 404 Not Found (0.1s)", false, true],
    ["go: k8s.io/api@v0.36.3: verifying module: checksum mismatch", false, false],
  ])("%s: fetched %s, only progress %s", (line, fetched, progress) => {
    expect(isFetchedModule(line)).toBe(fetched);
    expect(isModuleRequest(line)).toBe(progress);
  });
});
