import { describe, expect, it } from "vitest";
import { parsePins, readPinnedFiles } from "../engine/engine-pins.ts";
import { findEngineSource } from "../engine/engine-source.ts";
import { templateConfig } from "./containerd-template.ts";
import { imageRecipes } from "./image-recipes.ts";
import { parseLdd } from "./node-runtime.ts";

describe("the images", () => {
  const pins = parsePins(readPinnedFiles(findEngineSource()));
  const recipes = imageRecipes(pins);

  it("have the names that Kubernetes' and Istio's manifests use", () => {
    expect(Object.values(recipes).map((recipe) => recipe.name)).toEqual([
      `registry.k8s.io/pause:${pins.pause}`,
      `docker.io/coredns/coredns:${pins.coredns}`,
      `docker.io/istio/pilot:${pins.istio}`,
      `docker.io/istio/proxyv2:${pins.istio}`,
      `docker.io/istio/examples-helloworld:${pins.helloworld}`,
    ]);
  });

  it.each(Object.entries(recipes))("start with a program that is in them: %s", (_, recipe) => {
    const inImage = [
      ...recipe.files.filter((file) => (file.mode & 0o111) !== 0).map((file) => file.target),
      `${recipe.nodeRuntime}/loader`,
    ];
    expect(inImage).toContain(recipe.entrypoint[0]);
  });

  it.each(["pilot", "proxyv2"] as const)("run as the number that runAsNonRoot can check: %s", (name) => {
    expect(recipes[name].user).toBe("1337:1337");
  });
});

describe("Node's own libraries", () => {
  it("are what ldd lists, with the loader and without the kernel's part", () => {
    const output = [
      "\tlinux-vdso.so.1 (0x00007f8b3985d000)",
      "\tlibstdc++.so.6 => /lib/x86_64-linux-gnu/libstdc++.so.6 (0x00007f8b39600000)",
      "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f8b3933e000)",
      "\t/lib64/ld-linux-x86-64.so.2 (0x00007f8b3985f000)",
    ].join("\n");
    expect(parseLdd(output)).toEqual([
      { name: "libstdc++.so.6", file: "/lib/x86_64-linux-gnu/libstdc++.so.6" },
      { name: "libc.so.6", file: "/lib/x86_64-linux-gnu/libc.so.6" },
      { name: "loader", file: "/lib64/ld-linux-x86-64.so.2" },
    ]);
  });
});

describe("containerd's configuration for the import", () => {
  it("keeps everything below the two folders and starts no CRI", () => {
    const config = templateConfig("/cache/engine/x/containerd", "/run/isthmus-engine-1");
    const paths = [...config.matchAll(/"(\/[^"]*)"/g)].map((match) => match[1]);
    expect(paths.filter((one) => !/^\/(?:cache\/engine\/x\/containerd|run\/isthmus-engine-1)/.test(one ?? ""))).toEqual(
      [],
    );
    expect(config).toContain("io.containerd.grpc.v1.cri");
  });
});
