import { expect, it } from "vitest";
import { freshFolder, isthmus, writeMeshFile } from "./world.ts";

it("refuses values that no chart reads, with their places, and takes those that charts read", async () => {
  const values = `values:
      pilot: { autoscaleMin: 2, traceSamplin: 5, resources: { limits: { cpu: 1 } }, podAnnotations: { a: b } }
      global: { logAsJson: true, proxy: { logLevell: debug, resources: { limits: { cpu: 1 } }, lifecycle: { preStop: {} } } }
      meshConfig: { accessLogFile: /dev/stdout, defaultConfig: { terminationDrainDuration: 5s } }
      gateways: { istio-ingressgateway: { autoscaling: { minReplicas: 2 }, service: { type: LoadBalancer } } }`;
  const misspelt = writeMeshFile(freshFolder(), (text) =>
    text.replace("install: istioctl", `install: helm\n    ${values}`),
  );
  const ran = await isthmus(["plan", "-f", misspelt]);
  expect(ran.code).toBe(65);
  expect(ran.err.match(/error\[ISM\d+\]/g)).toEqual(["error[ISM161]", "error[ISM161]"]);
  expect(ran.err).toContain("Did you mean pilot.traceSampling?");
  expect(ran.err).toContain("Did you mean global.proxy.logLevel?");
  const right = writeMeshFile(freshFolder(), (text) =>
    text.replace(
      "install: istioctl",
      `install: helm\n    ${values.replace("traceSamplin:", "traceSampling:").replace("logLevell", "logLevel")}`,
    ),
  );
  expect((await isthmus(["plan", "-f", right])).code).toBe(0);
});
