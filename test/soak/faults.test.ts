import { beforeAll, it } from "vitest";
import { standMesh } from "../faults/mesh.ts";
import { faults } from "../faults/table/all.ts";
import { tryFault } from "../faults/try-fault.ts";

let file = "";

beforeAll(async () => {
  file = await standMesh();
});

/** `ISTHMUS_SOAK_FAULTS=text|text` runs those faults only whose name has one of the texts. */
const texts = (process.env["ISTHMUS_SOAK_FAULTS"] ?? "").split("|");

it.each(faults.filter((one) => texts.some((text) => one.what.includes(text))))("$what", async (fault) => {
  await tryFault(fault, file, { prove: true });
  // Two hundred of them take more than an hour: a run that is stopped says how far it came.
  process.stderr.write(`√ ${fault.what}\n`);
});
