import { expect, it } from "vitest";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { Redactor } from "../../core/redact/redactor.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { runningStatus, signal, wireObject } from "../facts/testing/wire-cluster.ts";
import { BundleCollector } from "./collector.ts";
import { collectIstiodPod } from "./read-istiod-pod.ts";

const shards = { "helloworld.sample.svc.cluster.local": { sample: 1 }, "other.default.svc.cluster.local": { a: 1 } };

async function collect(status: object, answersShards = true) {
  const { server, client } = await connectFake({
    api: {
      podResponse: (path) => {
        const text = JSON.stringify(path === "/debug/endpointShardz" ? shards : { page: path });
        const fails = path === "/debug/endpointShardz" && !answersShards;
        return `HTTP/1.1 ${fails ? "500 No" : "200 OK"}\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
      },
      podLog: (pod) => `the log of ${pod}\n`,
    },
  });
  const pod = wireObject("Pod", { namespace: "istio-system", name: "istiod-1" }, { status });
  server.put(pod);
  const collector = new BundleCollector();
  const place = { client, cluster: "west", mesh: twoClusters, folder: "clusters/west/" };
  await collectIstiodPod(collector, place, pod as KubeObject, signal);
  const redactor = new Redactor();
  const files = Object.fromEntries(collector.files(redactor).map(({ path, text }) => [path, text]));
  return {
    files,
    missing: collector.missing(redactor),
    logs: server.requests.filter(({ url }) => url.includes("/log")),
  };
}

const folder = "clusters/west/istiod/istiod-1";
const pages = ["clusterz", "configz", "networkz", "syncz"];

it("collects the end of an istiod's log and its debug pages, of endpoints those of the mesh's services", async () => {
  const { files, missing, logs } = await collect(runningStatus());
  expect(Object.keys(files)).toEqual(
    [...pages.map((page) => `${folder}/${page}.json`), `${folder}/endpointShardz.json`, `${folder}/log.txt`].toSorted(),
  );
  for (const page of pages) {
    expect(JSON.parse(files[`${folder}/${page}.json`] ?? "")).toEqual({ page: `/debug/${page}` });
  }
  expect(JSON.parse(files[`${folder}/endpointShardz.json`] ?? "")).toEqual({
    "helloworld.sample.svc.cluster.local": { sample: 1 },
  });
  expect(files[`${folder}/log.txt`]).toBe("the log of istiod-1\n");
  expect(missing).toEqual([]);
  expect(logs).toHaveLength(1);
  const asked = new URL(logs[0]?.url ?? "", "http://x").searchParams;
  expect([asked.get("container"), asked.get("tailLines")]).toEqual(["discovery", "2000"]);
});

it("collects the log before the last restart too, where there was one", async () => {
  const { files, logs } = await collect({ ...runningStatus(), containerStatuses: [{ restartCount: 1 }] });
  expect(files).toHaveProperty([`${folder}/log-previous.txt`]);
  const previous = logs.map(({ url }) => new URL(url, "http://x").searchParams.get("previous"));
  expect(previous.filter((one) => one === "true")).toHaveLength(1);
  expect(previous).toHaveLength(2);
});

it("names the page that it does not get", async () => {
  const { missing } = await collect(runningStatus(), false);
  expect(missing).toMatchObject([
    { path: `${folder}/endpointShardz.json`, cluster: "west", reasons: [{ code: "ISM480" }] },
  ]);
});
