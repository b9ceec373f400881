import { beforeAll, it } from "vitest";
import { expectClean, standMesh } from "./mesh.ts";
import { harmless } from "./table/harmless.ts";

let file = "";

beforeAll(async () => {
  file = await standMesh();
});

it.each(harmless)("finds nothing wrong with $what", async ({ inject, undo }) => {
  await inject();
  try {
    await expectClean(file);
  } finally {
    await undo();
  }
});
