import type { EngineImages } from "../engine/parts.ts";
import type { EnginePins } from "../engine/engine-pins.ts";

/** What an image's own layer is filled from; each is a file (or, for `nodeRuntime`, several) made or fetched for the engine. */
export type LayerSource =
  | "pause"
  | "coredns"
  | "pilot-discovery"
  | "pilot-agent"
  | "envoy"
  | "envoyBootstrap"
  | "helloworldServer";

export interface LayerFile<Source extends string = LayerSource> {
  readonly source: Source;
  /** Absolute path in the image. */
  readonly target: string;
  readonly mode: number;
}

export interface ImageRecipe<Source extends string = LayerSource> {
  /** Registry, repository and tag, as manifests name it. */
  readonly name: string;
  /** Whether Debian's base layer is below the image's own. */
  readonly base: boolean;
  readonly files: readonly LayerFile<Source>[];
  /** A folder of the image into which Node and every library that it needs are put. */
  readonly nodeRuntime?: string;
  readonly entrypoint: readonly string[];
  readonly user: string;
  readonly env: readonly string[];
}

/** The applets of busybox that the base layer offers under their own names. */
export const busyboxApplets = [
  ..."ash cat chmod cp cut date dd df du echo env find grep head hostname id ifconfig kill less ln ls mkdir mount mv nc netstat".split(
    " ",
  ),
  ..."nslookup ping ps pwd rm sed sh sleep sort stat tail tar tee test top touch tr true uname vi wc wget which xargs".split(
    " ",
  ),
] as const;

const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const program = 0o755;
const data = 0o644;

/**
 * How each image is made. Users, entrypoints and paths are those of the
 * published images, because charts and injected pods count on them:
 * pilot/docker/Dockerfile.pilot and Dockerfile.proxyv2 of Istio, the
 * Dockerfiles of CoreDNS and of Kubernetes' pause.
 */
export function imageRecipes(pins: EnginePins): Readonly<Record<keyof EngineImages, ImageRecipe>> {
  return {
    pause: {
      name: `registry.k8s.io/pause:${pins.pause}`,
      base: false,
      files: [{ source: "pause", target: "/pause", mode: program }],
      entrypoint: ["/pause"],
      user: "65535:65535",
      env: [path],
    },
    coredns: {
      name: `docker.io/coredns/coredns:${pins.coredns}`,
      base: false,
      files: [{ source: "coredns", target: "/coredns", mode: program }],
      entrypoint: ["/coredns"],
      user: "",
      env: [path],
    },
    ...istioRecipes(pins.istio),
    helloworld: helloworldRecipe(pins.helloworld),
  };
}

function istioRecipes(version: string): Readonly<Record<"pilot" | "proxyv2", ImageRecipe>> {
  return {
    pilot: {
      name: `docker.io/istio/pilot:${version}`,
      base: true,
      files: [{ source: "pilot-discovery", target: "/usr/local/bin/pilot-discovery", mode: program }],
      entrypoint: ["/usr/local/bin/pilot-discovery"],
      user: "1337:1337",
      env: [path],
    },
    proxyv2: {
      name: `docker.io/istio/proxyv2:${version}`,
      base: true,
      files: [
        { source: "pilot-agent", target: "/usr/local/bin/pilot-agent", mode: program },
        { source: "envoy", target: "/usr/local/bin/envoy", mode: program },
        {
          source: "envoyBootstrap",
          target: "/var/lib/istio/envoy/envoy_bootstrap_tmpl.json",
          mode: data,
        },
      ],
      entrypoint: ["/usr/local/bin/pilot-agent"],
      user: "1337:1337",
      env: [path],
    },
  };
}

/** What istio-cni's image is filled from. */
export type IstioCniSource = "install-cni" | "istio-cni";

/**
 * The image of istio-cni's agent, which is no part of the engine: its
 * entrypoint and paths are those of cni/deployments/kubernetes/Dockerfile.install-cni of Istio.
 */
export function istioCniRecipe(version: string): ImageRecipe<IstioCniSource> {
  return {
    name: `docker.io/istio/install-cni:${version}`,
    base: true,
    files: [
      { source: "install-cni", target: "/usr/local/bin/install-cni", mode: program },
      { source: "istio-cni", target: "/opt/cni/bin/istio-cni", mode: program },
    ],
    entrypoint: ["/usr/local/bin/install-cni"],
    user: "",
    env: [`${path}:/opt/cni/bin`],
  };
}

function helloworldRecipe(version: string): ImageRecipe {
  return {
    name: `docker.io/istio/examples-helloworld:${version}`,
    base: true,
    files: [{ source: "helloworldServer", target: "/opt/microservices/server.mjs", mode: data }],
    nodeRuntime: "/opt/node",
    // Node comes with its own loader and libraries, so that it runs whatever system it was taken from.
    entrypoint: ["/opt/node/loader", "--library-path", "/opt/node", "/opt/node/node", "/opt/microservices/server.mjs"],
    user: "",
    env: [path],
  };
}
