import { expect, it } from "vitest";
import { listFiles, readText } from "./tracked-files.ts";

/** Where a folder that was made beside its place is put there as a whole, or files that were staged together, or one that another program wrote. */
const movesFolders = [
  "src/engine/export/export-folder.ts",
  "src/pki/root-store.ts",
  "src/providers/helm/download-charts.ts",
  "src/sandbox/engine/ensure-engine.ts",
  "src/sandbox/engine/go-toolchain.ts",
  "src/sandbox/engine/make-engine.ts",
  "src/sandbox/engine/wheel.ts",
  "src/sandbox/front-door/cluster-images.ts",
  "src/sandbox/front-door/debian-programs.ts",
  "src/sandbox/front-door/ensure-go-part.ts",
  "src/sandbox/istio-cni/ensure-istio-cni.ts",
];

it("replaces single files in src/files only, so that none is ever seen half", () => {
  const renames = listFiles("src").filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && /\brename(Sync)?\(/.test(readText(file)),
  );
  expect(renames.filter((file) => !file.startsWith("src/files/")).toSorted()).toEqual(movesFolders);
});
