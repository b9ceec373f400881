import { describe, expect, it } from "vitest";
import { describeArchive, type ArchiveEntry, type ArchiveImage } from "./docker-archive.ts";

const base = { file: "/making/base.tar", digest: "b".repeat(64) };
const recipe = {
  entrypoint: ["/usr/local/bin/pilot-agent"],
  user: "1337:1337",
  env: ["PATH=/bin"],
};
const images: ArchiveImage[] = [
  {
    recipe: { ...recipe, name: "docker.io/istio/pilot:1" },
    layers: [base, { file: "/making/pilot.tar", digest: "1".repeat(64) }],
  },
  {
    recipe: { ...recipe, name: "docker.io/istio/proxyv2:1" },
    layers: [base, { file: "/making/proxy.tar", digest: "2".repeat(64) }],
  },
];

describe("the archive of the images", () => {
  const entries = describeArchive(images);

  it("has a layer that two images share only once", () => {
    const layers = entries.flatMap((entry) => ("layer" in entry ? [entry.layer] : []));
    expect(layers).toEqual(["/making/base.tar", "/making/pilot.tar", "/making/proxy.tar"]);
  });

  it("has a manifest whose every file is in the archive", () => {
    const manifest = parse(entries, "manifest.json") as {
      Config: string;
      RepoTags: string[];
      Layers: string[];
    }[];
    expect(manifest.map((image) => image.RepoTags)).toEqual([
      ["docker.io/istio/pilot:1"],
      ["docker.io/istio/proxyv2:1"],
    ]);
    const paths = new Set(entries.map((entry) => entry.path));
    for (const image of manifest) {
      expect([image.Config, ...image.Layers].filter((file) => !paths.has(file))).toEqual([]);
    }
  });

  it("has a configuration with the layers lowest first, the user and the entrypoint", () => {
    const [pilot] = parse(entries, "manifest.json") as { Config: string }[];
    expect(parse(entries, pilot?.Config ?? "")).toMatchObject({
      architecture: "amd64",
      os: "linux",
      config: { User: "1337:1337", Entrypoint: ["/usr/local/bin/pilot-agent"] },
      rootfs: {
        type: "layers",
        diff_ids: [`sha256:${"b".repeat(64)}`, `sha256:${"1".repeat(64)}`],
      },
    });
  });

  it("is the same whenever the images are", () => {
    expect(describeArchive(images)).toEqual(entries);
  });
});

function parse(entries: readonly ArchiveEntry[], path: string): unknown {
  const entry = entries.find((one) => one.path === path);
  return JSON.parse(entry !== undefined && "content" in entry ? entry.content : "null");
}
