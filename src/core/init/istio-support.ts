/** The minor versions of Kubernetes (1.x) that an Istio minor version supports. */
interface IstioSupport {
  readonly istio: string;
  readonly from: number;
  readonly to: number;
}

/** https://istio.io/latest/docs/releases/supported-releases/, newest first. */
const support: readonly IstioSupport[] = [
  { istio: "1.31", from: 32, to: 36 },
  { istio: "1.30", from: 32, to: 36 },
  { istio: "1.29", from: 31, to: 35 },
  { istio: "1.28", from: 30, to: 34 },
  { istio: "1.27", from: 29, to: 33 },
  { istio: "1.26", from: 29, to: 33 },
];

/** A cluster and its Kubernetes version as the cluster writes it (`v1.33.1+rke2r1`); undefined where it is not known. */
export interface ClusterVersion {
  readonly name: string;
  readonly kubernetesVersion: string | undefined;
}

/**
 * What has to be said where this Istio is not for the Kubernetes of a cluster:
 * one sentence per such cluster, and one that names the newest Istio for all
 * of them. Empty when there is nothing to say or nothing is known.
 */
export function remarkUnsupported(istioVersion: string, clusters: readonly ClusterVersion[]): readonly string[] {
  const row = support.find(({ istio }) => istioVersion.startsWith(`${istio}.`));
  const known = clusters.flatMap(({ name, kubernetesVersion = "" }) => {
    const minor = /^v?1\.(\d+)/.exec(kubernetesVersion)?.[1];
    return minor === undefined ? [] : [{ name, minor: Number(minor) }];
  });
  const outside = row === undefined ? [] : known.filter(({ minor }) => !covers(row, minor));
  if (row === undefined || outside.length === 0) {
    return [];
  }
  const fitting = support.find((one) => known.every(({ minor }) => covers(one, minor)));
  return [
    ...outside.map(
      ({ name, minor }) =>
        `${name} runs Kubernetes 1.${minor}; Istio ${row.istio} is for 1.${row.from} to 1.${row.to}.`,
    ),
    fitting === undefined
      ? "No Istio since 1.26 is for the Kubernetes versions of all these clusters: upgrade the oldest of them first."
      : `The newest Istio for all these clusters is ${fitting.istio}: write its newest patch release here.`,
  ];
}

function covers({ from, to }: IstioSupport, minor: number): boolean {
  return minor >= from && minor <= to;
}
