import type { CallerFacts } from "../checks/caller-facts.ts";
import { serviceHost } from "../render/names.ts";

/** A service's port as a sidecar reaches it. */
export interface HealthyWay {
  /** `namespace/name`. */
  readonly service: string;
  readonly port: number;
  readonly endpoints: readonly string[];
}

/** A sidecar that speaks for all callers of a cluster of the healthy facts. */
export function healthyCaller(cluster: "west" | "east", ways: readonly HealthyWay[]): CallerFacts {
  const called = ({ service, port }: HealthyWay): string => {
    const [namespace = "", name = ""] = service.split("/");
    return `outbound|${port}||${serviceHost({ namespace, name })}`;
  };
  return {
    namespace: "sample",
    name: cluster === "west" ? "helloworld-v1" : "helloworld-v2",
    labels: { app: "helloworld", version: cluster === "west" ? "v1" : "v2" },
    namespaces: [...new Set(ways.map(({ service }) => service.split("/", 1)[0] ?? ""))].toSorted(),
    ways: ways.map((way) => ({
      service: way.service,
      port: way.port,
      kind: "http",
      routes: [
        {
          path: { kind: "prefix", value: "/" },
          headers: [],
          conditional: false,
          clusters: { [called(way)]: 100 },
          source: "",
        },
      ],
    })),
    clusters: ways.map((way) => ({
      name: called(way),
      tls: "auto",
      endpoints: way.endpoints.map((address) => ({ address, idle: "", priority: 0 })),
    })),
  };
}
