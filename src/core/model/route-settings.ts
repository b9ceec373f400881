/**
 * Istio's own settings of an HTTP route, as a VirtualService has them:
 * https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute
 */
export interface RouteSettings {
  readonly timeout?: string;
  readonly retries?: {
    readonly attempts: number;
    readonly perTryTimeout?: string;
    readonly retryOn?: string;
    readonly retryRemoteLocalities?: boolean;
    readonly retryIgnorePreviousHosts?: boolean;
    readonly backoff?: string;
  };
  readonly mirror?: Mirror;
  readonly mirrorPercentage?: Percentage;
  readonly fault?: {
    readonly delay?: { readonly fixedDelay: string; readonly percentage: Percentage };
    readonly abort?: { readonly httpStatus?: number; readonly grpcStatus?: string; readonly percentage: Percentage };
  };
  readonly headers?: { readonly request?: HeaderChanges; readonly response?: HeaderChanges };
  readonly redirect?: Redirect;
  readonly rewrite?: {
    readonly uri?: string;
    readonly authority?: string;
    readonly uriRegexRewrite?: { readonly match: string; readonly rewrite: string };
  };
  readonly corsPolicy?: {
    readonly allowOrigins?: readonly { readonly exact?: string; readonly prefix?: string; readonly regex?: string }[];
    readonly allowMethods?: readonly string[];
    readonly allowHeaders?: readonly string[];
    readonly exposeHeaders?: readonly string[];
    readonly maxAge?: string;
    readonly allowCredentials?: boolean;
    readonly unmatchedPreflights?: string;
  };
}

/** Percent of the requests, 0 to 100. */
interface Percentage {
  readonly value: number;
}

/** Who gets copies of the requests. `host` is the full name of a Service, `port` there where the mesh file has it. */
export interface Mirror {
  readonly host: string;
  readonly subset?: string;
  readonly port?: { readonly number: number };
}

export interface Redirect {
  readonly uri?: string;
  readonly prefixRewrite?: string;
  readonly authority?: string;
  readonly scheme?: string;
  readonly port?: number;
  readonly derivePort?: string;
  readonly redirectCode?: number;
}

interface HeaderChanges {
  readonly set?: Readonly<Record<string, string>>;
  readonly add?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
}

/** The names of the settings, in the order in which they are rendered. */
export const routeSettingNames = [
  "timeout",
  "retries",
  "mirror",
  "mirrorPercentage",
  "fault",
  "headers",
  "redirect",
  "rewrite",
  "corsPolicy",
] as const satisfies readonly (keyof RouteSettings)[];
