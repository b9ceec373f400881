import { createHash } from "node:crypto";
import { imageRecipes } from "../images/image-recipes.ts";
import { parsePins, pinnedFiles, type PinnedFile } from "./engine-pins.ts";
import { engineLayoutVersion } from "./engine-manifest.ts";

/**
 * The content key of an engine: 16 hex digits that are equal exactly when the
 * pinned files, the image recipes and the engine's layout are.
 */
export function computeEngineKey(texts: Readonly<Record<PinnedFile, string>>): string {
  const hash = createHash("sha256");
  // Length first, so that no text can run into the next one.
  const add = (name: string, text: string): void => {
    hash.update(`${name} ${Buffer.byteLength(text)}\n${text}\n`);
  };
  for (const file of pinnedFiles) {
    add(file, texts[file]);
  }
  add("images", JSON.stringify(imageRecipes(parsePins(texts))));
  add("layout", String(engineLayoutVersion));
  return hash.digest("hex").slice(0, 16);
}
