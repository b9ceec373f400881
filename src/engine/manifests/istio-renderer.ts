import type { SourceRange } from "../../core/diagnostics/diagnostic.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Cluster } from "../../core/model/mesh.ts";
import type { ProgramLookup, RunOptions } from "../options.ts";

/** What generating manifests needs of an operation's options. */
export type ManifestOptions = Omit<ProgramLookup, "kubectlCandidates"> & Pick<RunOptions, "signal" | "onEvent">;

/** Gives the place of a value of the mesh file, for what is wrong with it. */
export type LocateValue = (path: readonly (string | number)[]) => SourceRange;

/** Makes Istio's own objects of one cluster, control plane and gateways. */
export type IstioRenderer = (cluster: Cluster) => Promise<readonly KubeObject[]>;
