import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installChart, runPrintedHelm, uninstallCharts } from "../e2e/install-istio.ts";
import { freshFolder, isthmus, kubectl, meshFile, writeMeshFile } from "../e2e/world.ts";
import { expectNoAlarm } from "../faults/mesh.ts";

// Istio is installed by isthmus, and west's east-west gateway by somebody else, from Istio's chart.
const place = { namespace: "istio-gw", name: "gw-eastwest" };
const named = ` eastWest: { service: { namespace: ${place.namespace}, name: ${place.name} } },`;
const chart = { imagePullPolicy: "IfNotPresent" };

beforeAll(async () => {
  await isthmus(["remove", "-f", meshFile(), "--yes"]);
});

describe.each(["istioctl", "helm"])("with install: %s", (install) => {
  const writeMesh = (eastWest = ""): string =>
    writeMeshFile(freshFolder(), (text) =>
      text
        .replace(/install: istioctl(\n +profile: demo)?/, install === "helm" ? "install: helm" : "$&")
        .replace("network: west-net,", `network: west-net,${eastWest}`),
    );
  const [plain, file] = [writeMesh(), writeMesh(named)];

  afterAll(async () => {
    await isthmus(["remove", "-f", file, "--yes"]);
    await uninstallCharts("west", [place.name], place.namespace);
    await kubectl("west", ["delete", "namespace", place.namespace, "--ignore-not-found"]);
  });

  const uidOf = async (kind: string): Promise<string> =>
    (await kubectl("west", ["-n", place.namespace, "get", kind, place.name, "-o", "jsonpath={.metadata.uid}"])).out;

  it("refuses a gateway that is not there, and one without the network's label, before anything is written", async () => {
    const missing = await isthmus(["plan", "-f", file]);
    expect(missing.code).toBe(1);
    expect(missing.err.match(/error\[ISM\d+\]/g)).toEqual(["error[ISM754]"]);
    const offline = await isthmus(["render", "-f", file]);
    expect(offline.err).toContain("error[ISM580]");
    expect((await isthmus(["apply", "-f", plain, "--yes"])).code).toBe(0);
    await installChart("west", "gateway", place.name, chart, { namespace: place.namespace });
    const unlabelled = await isthmus(["plan", "-f", file]);
    expect(unlabelled.err).toContain("error[ISM754]");
    const [printed = ""] =
      /helm upgrade gw-eastwest .*?--set networkGateway=west-net/.exec(unlabelled.err.replaceAll(/\s+/g, " ")) ?? [];
    expect(printed).toContain("--version 1.31.0");
    await runPrintedHelm("west", printed);
  });

  it("says what happens to requests while both gateways are known", async () => {
    const ran = await isthmus(["plan", "-f", file]);
    expect(ran.code).toBe(0);
    expect(ran.err).toContain("warning[ISM755]");
  });

  it("opens it in place of its own, and proves it", async () => {
    const ran = await isthmus(["apply", "-f", file, "--yes", "--prune"]);
    expect(ran.err).not.toContain("error[");
    expect(ran.code).toBe(0);
    expect((await kubectl("west", ["-n", "istio-system", "get", "deploy,service", "-o", "name"])).out).not.toContain(
      "eastwest",
    );
    expect((await isthmus(["verify", "-f", file])).code).toBe(0);
    expect((await isthmus(["status", "-f", file])).out).not.toContain("×");
    expect((await isthmus(["plan", "-f", file, "--detailed-exitcode"])).code).toBe(0);
    await expectNoAlarm(file);
  });

  it("says who has to put it back when it is scaled to 0, and leaves it when the mesh is removed", async () => {
    const before = [await uidOf("service"), await uidOf("deployment")];
    const scale = ["-n", place.namespace, "scale", "deployment", place.name];
    await kubectl("west", [...scale, "--replicas=0"]);
    const found = await isthmus(["check", "-f", file, "-o", "json"]);
    const { causes } = JSON.parse(found.out) as {
      readonly causes: readonly { readonly code: string; readonly commands?: readonly string[] }[];
    };
    expect(causes.map(({ code }) => code)).toEqual(["ISM424"]);
    expect(causes[0]?.commands?.[0]).toContain(`-n ${place.namespace} scale deployment ${place.name}`);
    await kubectl("west", [...scale, "--replicas=1"]);
    expect((await isthmus(["remove", "-f", file, "--yes"])).code).toBe(0);
    expect([await uidOf("service"), await uidOf("deployment")]).toEqual(before);
    expect(before.join("")).not.toBe("");
  });
});
