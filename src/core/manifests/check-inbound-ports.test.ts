import { describe, expect, it } from "vitest";
import { twoClusters } from "../testing/two-clusters.ts";
import { checkInboundPorts } from "./check-inbound-ports.ts";
import { readManifest } from "./read-manifest.ts";

const template = twoClusters.services[0] ?? expect.fail("no service");
const service = { ...template, name: "orders", namespace: "shop", port: 80 };

function look(annotations: string, targetPort = "8080", labels = "app: orders") {
  const text = `apiVersion: v1\nkind: Service\nmetadata: { name: orders }\nspec: { selector: { app: orders }, ports: [{ port: 80, targetPort: ${targetPort} }] }
---
apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec: { template: { metadata: { labels: { ${labels} }, annotations: { ${annotations} } }, spec: { containers: [{ name: c, ports: [{ name: web, containerPort: 8080 }] }] } } }\n`;
  const manifests = readManifest(text, "a.yaml", []).map(({ object }) => object);
  return checkInboundPorts({ service, manifests }).map(
    ({ code, severity, at, fix }) => `${severity} ${code} ${String(at?.at(-1)).split("/")[1]} ${fix}`,
  );
}

const exclude = "traffic.sidecar.istio.io/excludeInboundPorts";
const include = "traffic.sidecar.istio.io/includeInboundPorts";
const excluded = ["warning ISM628 excludeInboundPorts Take the port out of the annotation."];

describe("a port that goes past the sidecar", () => {
  it("is said where it is excluded, alone, among others, or by its name in the Service", () => {
    expect(look(`${exclude}: "8080"`)).toEqual(excluded);
    expect(look(`${exclude}: "9000, 8080"`)).toEqual(excluded);
    expect(look(`${exclude}: "8080"`, "web")).toEqual(excluded);
  });

  it("is said where others alone are taken", () => {
    const said = [
      "warning ISM628 includeInboundPorts Add the port to the annotation, or delete the annotation: sidecars take all ports then.",
    ];
    expect([look(`${include}: "9000"`), look(`${include}: ""`)]).toEqual([said, said]);
  });

  it.each([
    ["another port", `${exclude}: "9000"`],
    ["all ports, which are taken", `${include}: "*"`],
    ["the port, which is taken", `${include}: "9000,8080"`],
    ["nothing", ""],
  ])("is none where the annotation names %s", (_, annotations) => {
    expect(look(annotations)).toEqual([]);
  });

  it("is none of pods of something else, or of a port nobody knows", () => {
    expect([look(`${exclude}: "8080"`, "8080", "app: cache"), look(`${exclude}: "8080"`, "other")]).toEqual([[], []]);
  });
});
