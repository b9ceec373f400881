/** How proxies change paths before they look for a route: `meshConfig.pathNormalization` of Istio. */
export type PathNormalization = "NONE" | "BASE" | "MERGE_SLASHES" | "DECODE_AND_MERGE_SLASHES";

/** Why no request has the path, as a clause that goes on after "the path", and the path that was probably meant. */
export interface PathProblem {
  readonly why: string;
  readonly instead?: string;
}

/** Characters that clients and proxies write as %XX in a path; `\` becomes `/`. */
const escaped = /["<>^`{|}]/;

/**
 * Whether proxies can ever compare a request with the path: `exact` for the
 * whole path, otherwise its beginning. What they see has no query and no
 * fragment, and is in the form that Envoy's `normalize_path` makes, which Istio
 * turns on
 * (https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ProxyPathNormalization).
 * Measured with Envoy 1.40.
 */
export function findPathProblem(
  path: string,
  { exact, normalization }: { readonly exact: boolean; readonly normalization: PathNormalization },
): PathProblem | undefined {
  const cut = path.search(/[?#]/);
  if (cut !== -1) {
    const part = path[cut] === "?" ? "query, which is not compared with it" : "fragment, which no client sends";
    return {
      why: `has a ${path[cut]}, and what comes from there on is the ${part}`,
      ...(cut > 0 ? { instead: path.slice(0, cut) } : {}),
    };
  }
  const foreign = /[^\u0021-\u007e]/u.exec(path)?.[0];
  if (foreign !== undefined) {
    const invisible = /[\p{C}\p{Z}]/u.test(foreign);
    const code = `U+${(foreign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
    return {
      why: `has the character ${invisible ? code : `${foreign} (${code})`}${invisible && foreign !== " " ? ", which cannot be seen" : ""}; clients send it as %XX, and proxies compare that`,
      instead: invisible && foreign !== " " ? path.replaceAll(/[\p{C}\p{Z}]/gu, "") : percentEncode(path),
    };
  }
  const broken = /%(?![0-9A-Fa-f]{2})/.exec(path);
  if (broken !== null) {
    return {
      why: "has a % without two hexadecimal digits behind it, which no client sends",
      instead: path.replaceAll(/%(?![0-9A-Fa-f]{2})/g, "%25"),
    };
  }
  if (path.includes("%00")) {
    return { why: "has %00, and proxies refuse such a request with 400" };
  }
  return normalization === "NONE" ? undefined : findChange(path, { exact, normalization });
}

/** The path of a request, with its query, in the form in which proxies compare it. */
export function normalPath(path: string, normalization: PathNormalization): string {
  const cut = path.search(/[?#]/);
  const own = cut === -1 ? path : path.slice(0, cut);
  return normalization === "NONE" ? path : `${normalize(own, { exact: true, normalization })}${path.slice(own.length)}`;
}

/** As values of a user's own set it for proxies; Istio's default otherwise. */
export function normalizationOf(values: unknown): PathNormalization {
  const { meshConfig } = (values ?? {}) as {
    readonly meshConfig?: { readonly pathNormalization?: { readonly normalization?: unknown } | null } | null;
  };
  const given = meshConfig?.pathNormalization?.normalization;
  return given === "NONE" || given === "MERGE_SLASHES" || given === "DECODE_AND_MERGE_SLASHES" ? given : "BASE";
}

function findChange(
  path: string,
  { exact, normalization }: { readonly exact: boolean; readonly normalization: PathNormalization },
): PathProblem | undefined {
  const normal = normalize(path, { exact, normalization });
  return normal === path
    ? undefined
    : { why: `is not in the form in which proxies compare paths: they make ${normal} of it first`, instead: normal };
}

function normalize(
  path: string,
  { exact, normalization }: { readonly exact: boolean; readonly normalization: PathNormalization },
): string {
  let text = path
    .replaceAll(/%([0-9A-Fa-f]{2})/g, (whole, digits: string) => {
      const character = String.fromCharCode(Number.parseInt(digits, 16));
      return /[A-Za-z0-9._~-]/.test(character) ? character : whole;
    })
    .replaceAll("\\", "/");
  if (normalization === "DECODE_AND_MERGE_SLASHES") {
    text = text.replaceAll(/%2f|%5c/gi, "/");
  }
  if (normalization !== "BASE") {
    text = text.replaceAll(/\/{2,}/g, "/");
  }
  return removeDots(percentEncode(text), exact);
}

/** RFC 3986, 5.2.4; the last segment of a prefix may go on in the request. */
function removeDots(path: string, exact: boolean): string {
  const segments = path.split("/").slice(1);
  const kept: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if ((segment !== "." && segment !== "..") || (last && !exact)) {
      kept.push(segment);
      continue;
    }
    if (segment === "..") {
      kept.pop();
    }
    if (last) {
      kept.push("");
    }
  }
  return `/${kept.join("/")}`;
}

function percentEncode(text: string): string {
  return [...text]
    .map((character) =>
      escaped.test(character) || /[^\u0021-\u007e]/u.test(character)
        ? [...new TextEncoder().encode(character)]
            .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
            .join("")
        : character,
    )
    .join("");
}
