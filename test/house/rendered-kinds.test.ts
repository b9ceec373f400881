import { expect, it } from "vitest";
import { listFiles, readText } from "./tracked-files.ts";

const files = listFiles("src/core/render");
const renderers = files.filter((file) => file.endsWith(".ts") && !/\.test\.ts$|\/testing\//.test(file));
/** What shows whole objects, or asks for them by kind. */
const shown = files
  .filter((file) => file.endsWith(".yaml") || file.endsWith(".test.ts"))
  .map((file) => readText(file))
  .join("\n");

const kindsOf = (file: string): readonly string[] =>
  [...readText(file).matchAll(/\bapiVersion: [^\n]*,\s*kind: "(\w+)"/g)]
    .map(([, kind = ""]) => kind)
    // A kubeconfig, which stands in a Secret and is no object of an API server.
    .filter((kind) => kind !== "Config");

it("finds the kinds that are rendered", () => {
  expect(renderers.flatMap(kindsOf)).toEqual(expect.arrayContaining(["LimitRange", "NetworkPolicy", "VirtualService"]));
});

it("shows every kind that is rendered in a golden text or a test of the renderers, or tests its renderer", () => {
  const unseen = renderers
    .filter((file) => !files.includes(file.replace(/\.ts$/, ".test.ts")))
    .flatMap((file) =>
      kindsOf(file)
        .filter((kind) => !new RegExp(`\\b${kind}\\b`).test(shown))
        .map((kind) => `${kind} of ${file}`),
    );
  expect(
    unseen,
    "nothing shows how objects of these kinds look: turn the field on for a mesh of src/core/render/testdata, or give the renderer a test beside it",
  ).toEqual([]);
});
