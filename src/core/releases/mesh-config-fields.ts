/**
 * The fields of Istio's MeshConfig, by message, with blanks between them. A
 * field is followed by the message that it holds (`*` before it: a map of
 * such), or by nothing where everything below it is somebody else's: texts,
 * numbers, messages of other APIs. Written by scripts/mesh-config-fields.mjs
 * from istio.io/api 1.31.1 (mesh/v1alpha1, https://github.com/istio/api);
 * do not edit.
 */
export const meshConfigFields: Readonly<Record<string, string>> = {
  MeshConfig:
    "proxyListenPort proxyInboundListenPort proxyHttpPort connectTimeout hboneIdleTimeout protocolDetectionTimeout tcpKeepalive ingressClass ingressService ingressControllerMode ingressSelector enableTracing accessLogFile accessLogFormat accessLogEncoding enableEnvoyAccessLogService disableEnvoyListenerLog defaultConfig:ProxyConfig outboundTrafficPolicy:MeshConfig.OutboundTrafficPolicy inboundTrafficPolicy:MeshConfig.InboundTrafficPolicy configSources:ConfigSource enableAutoMtls trustDomain trustDomainAliases caCertificates:MeshConfig.CertificateData defaultServiceExportTo defaultVirtualServiceExportTo defaultDestinationRuleExportTo rootNamespace localityLbSetting zoneAwareLbSetting dnsRefreshRate h2UpgradePolicy inboundClusterStatName outboundClusterStatName certificates:Certificate serviceSettings:MeshConfig.ServiceSettings serviceScopeConfigs:MeshConfig.ServiceScopeConfigs enablePrometheusMerge verifyCertificateAtClient ca:MeshConfig.CA extensionProviders:MeshConfig.ExtensionProvider defaultProviders:MeshConfig.DefaultProviders discoverySelectors:LabelSelector pathNormalization:MeshConfig.ProxyPathNormalization defaultHttpRetryPolicy meshMTLS:MeshConfig.TLSConfig tlsDefaults:MeshConfig.TLSConfig defaultTrafficPolicy:MeshConfig.DefaultTrafficPolicy serviceEntryVisibility:ServiceEntryVisibility",
  ProxyConfig:
    "configPath binaryPath serviceCluster tracingServiceName drainDuration discoveryAddress discoveryRefreshDelay zipkinAddress statsdUdpAddress envoyMetricsServiceAddress proxyAdminPort availabilityZone controlPlaneAuthPolicy customConfigFile statNameLength concurrency proxyBootstrapTemplatePath interceptionMode tracing:Tracing sds:SDS envoyAccessLogService:RemoteService envoyMetricsService:RemoteService proxyMetadata runtimeValues statusPort extraStatTags gatewayTopology:Topology terminationDrainDuration meshId readinessProbe proxyStatsMatcher:ProxyConfig.ProxyStatsMatcher holdApplicationUntilProxyStarts caCertificatesPem image privateKeyProvider:PrivateKeyProvider proxyHeaders:ProxyConfig.ProxyHeaders fileFlushInterval fileFlushMinSizeKb statsCompression connectionSettings:ProxyConfig.ConnectionSettings",
  "MeshConfig.OutboundTrafficPolicy": "mode tls",
  "MeshConfig.InboundTrafficPolicy": "mode",
  ConfigSource: "address tlsSettings subscribedResources",
  "MeshConfig.CertificateData": "pem spiffeBundleUrl certSigners trustDomains",
  Certificate: "secretName dnsNames",
  "MeshConfig.ServiceSettings": "settings:MeshConfig.ServiceSettings.Settings hosts",
  "MeshConfig.ServiceScopeConfigs": "namespaceSelector:LabelSelector servicesSelector:LabelSelector scope",
  "MeshConfig.CA": "address tlsSettings requestTimeout istiodSide",
  "MeshConfig.ExtensionProvider":
    "name envoyExtAuthzHttp:MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationHttpProvider envoyExtAuthzGrpc:MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationGrpcProvider zipkin:MeshConfig.ExtensionProvider.ZipkinTracingProvider lightstep:MeshConfig.ExtensionProvider.LightstepTracingProvider datadog:MeshConfig.ExtensionProvider.DatadogTracingProvider stackdriver:MeshConfig.ExtensionProvider.StackdriverProvider opencensus:MeshConfig.ExtensionProvider.OpenCensusAgentTracingProvider skywalking:MeshConfig.ExtensionProvider.SkyWalkingTracingProvider opentelemetry:MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider prometheus:MeshConfig.ExtensionProvider.PrometheusMetricsProvider envoyFileAccessLog:MeshConfig.ExtensionProvider.EnvoyFileAccessLogProvider envoyHttpAls:MeshConfig.ExtensionProvider.EnvoyHttpGrpcV3LogProvider envoyTcpAls:MeshConfig.ExtensionProvider.EnvoyTcpGrpcV3LogProvider envoyOtelAls:MeshConfig.ExtensionProvider.EnvoyOpenTelemetryLogProvider sds:MeshConfig.ExtensionProvider.SDSProvider",
  "MeshConfig.DefaultProviders": "tracing metrics accessLogging",
  LabelSelector: "matchLabels matchExpressions:LabelSelectorRequirement",
  "MeshConfig.ProxyPathNormalization": "normalization",
  "MeshConfig.TLSConfig": "minProtocolVersion ecdhCurves cipherSuites",
  "MeshConfig.DefaultTrafficPolicy": "connectionPool outlierDetection",
  ServiceEntryVisibility: "defaultVisibility applyToSidecars policies:ServiceEntryVisibility.Policy",
  Tracing:
    "zipkin:Tracing.Zipkin lightstep:Tracing.Lightstep datadog:Tracing.Datadog stackdriver:Tracing.Stackdriver openCensusAgent:Tracing.OpenCensusAgent customTags:*Tracing.CustomTag maxPathTagLength sampling tlsSettings enableIstioTags",
  SDS: "enabled k8sSaJwtPath",
  RemoteService: "address tlsSettings tcpKeepalive",
  Topology: "numTrustedProxies forwardClientCertDetails proxyProtocol:Topology.ProxyProtocolConfiguration",
  "ProxyConfig.ProxyStatsMatcher": "inclusionPrefixes inclusionSuffixes inclusionRegexps",
  PrivateKeyProvider: "cryptomb:PrivateKeyProvider.CryptoMb qat:PrivateKeyProvider.QAT",
  "ProxyConfig.ProxyHeaders":
    "forwardedClientCert setCurrentClientCertDetails:ProxyConfig.ProxyHeaders.SetCurrentClientCertDetails requestId:ProxyConfig.ProxyHeaders.RequestId server:ProxyConfig.ProxyHeaders.Server attemptCount:ProxyConfig.ProxyHeaders.AttemptCount envoyDebugHeaders:ProxyConfig.ProxyHeaders.EnvoyDebugHeaders metadataExchangeHeaders:ProxyConfig.ProxyHeaders.MetadataExchangeHeaders preserveHttp1HeaderCase xForwardedHost:ProxyConfig.ProxyHeaders.XForwardedHost xForwardedPort:ProxyConfig.ProxyHeaders.XForwardedPort",
  "ProxyConfig.ConnectionSettings":
    "profile listenerPerConnectionBufferLimitBytes clusterPerConnectionBufferLimitBytes httpIdleTimeout httpMaxConnectionDuration httpDrainTimeout httpRequestTimeout httpRequestHeadersTimeout httpStreamIdleTimeout httpMaxStreamDuration httpMaxConcurrentStreams http2InitialStreamWindowSize http2InitialConnectionWindowSize httpHeadersWithUnderscoresAction httpMergeSlashes httpPathWithEscapedSlashesAction listenerConnectionLimit globalDownstreamConnectionLimit",
  "MeshConfig.ServiceSettings.Settings": "clusterLocal",
  "MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationHttpProvider":
    "service port timeout pathPrefix failOpen clearRouteCache statusOnError includeHeadersInCheck includeRequestHeadersInCheck includeAdditionalHeadersInCheck includeRequestBodyInCheck:MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationRequestBody headersToUpstreamOnAllow headersToDownstreamOnDeny headersToDownstreamOnAllow",
  "MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationGrpcProvider":
    "service port timeout failOpen clearRouteCache statusOnError includeRequestBodyInCheck:MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationRequestBody",
  "MeshConfig.ExtensionProvider.ZipkinTracingProvider":
    "service port maxTagLength enable64bitTraceId path traceContextOption timeout headers:MeshConfig.ExtensionProvider.HttpHeader",
  "MeshConfig.ExtensionProvider.LightstepTracingProvider": "service port accessToken maxTagLength",
  "MeshConfig.ExtensionProvider.DatadogTracingProvider": "service port maxTagLength",
  "MeshConfig.ExtensionProvider.StackdriverProvider":
    "debug maxNumberOfAttributes maxNumberOfAnnotations maxNumberOfMessageEvents maxTagLength logging:MeshConfig.ExtensionProvider.StackdriverProvider.Logging",
  "MeshConfig.ExtensionProvider.OpenCensusAgentTracingProvider": "service port context maxTagLength",
  "MeshConfig.ExtensionProvider.SkyWalkingTracingProvider": "service port accessToken",
  "MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider":
    "service port maxTagLength http:MeshConfig.ExtensionProvider.HttpService grpc:MeshConfig.ExtensionProvider.GrpcService resourceDetectors:MeshConfig.ExtensionProvider.ResourceDetectors serviceAttributeEnrichment dynatraceSampler:MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider.DynatraceSampler",
  "MeshConfig.ExtensionProvider.PrometheusMetricsProvider": "",
  "MeshConfig.ExtensionProvider.EnvoyFileAccessLogProvider":
    "path logFormat:MeshConfig.ExtensionProvider.EnvoyFileAccessLogProvider.LogFormat omitEmptyValues",
  "MeshConfig.ExtensionProvider.EnvoyHttpGrpcV3LogProvider":
    "service port logName filterStateObjectsToLog additionalRequestHeadersToLog additionalResponseHeadersToLog additionalResponseTrailersToLog",
  "MeshConfig.ExtensionProvider.EnvoyTcpGrpcV3LogProvider": "service port logName filterStateObjectsToLog",
  "MeshConfig.ExtensionProvider.EnvoyOpenTelemetryLogProvider":
    "service port logName logFormat:MeshConfig.ExtensionProvider.EnvoyOpenTelemetryLogProvider.LogFormat",
  "MeshConfig.ExtensionProvider.SDSProvider": "name service port",
  LabelSelectorRequirement: "key operator values",
  "ServiceEntryVisibility.Policy": "visibility matchingRules:ServiceEntryVisibility.MatchRule",
  "Tracing.Zipkin": "address",
  "Tracing.Lightstep": "address accessToken",
  "Tracing.Datadog": "address",
  "Tracing.Stackdriver": "debug maxNumberOfAttributes maxNumberOfAnnotations maxNumberOfMessageEvents",
  "Tracing.OpenCensusAgent": "address context",
  "Tracing.CustomTag": "literal:Tracing.Literal environment:Tracing.Environment header:Tracing.RequestHeader",
  "Topology.ProxyProtocolConfiguration": "",
  "PrivateKeyProvider.CryptoMb": "pollDelay fallback",
  "PrivateKeyProvider.QAT": "pollDelay fallback",
  "ProxyConfig.ProxyHeaders.SetCurrentClientCertDetails": "subject cert chain dns uri",
  "ProxyConfig.ProxyHeaders.RequestId": "disabled",
  "ProxyConfig.ProxyHeaders.Server": "disabled value",
  "ProxyConfig.ProxyHeaders.AttemptCount": "disabled",
  "ProxyConfig.ProxyHeaders.EnvoyDebugHeaders": "disabled",
  "ProxyConfig.ProxyHeaders.MetadataExchangeHeaders": "mode",
  "ProxyConfig.ProxyHeaders.XForwardedHost": "enabled",
  "ProxyConfig.ProxyHeaders.XForwardedPort": "enabled",
  "MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationRequestBody":
    "maxRequestBytes allowPartialMessage packAsBytes",
  "MeshConfig.ExtensionProvider.HttpHeader": "name value envName",
  "MeshConfig.ExtensionProvider.StackdriverProvider.Logging": "labels",
  "MeshConfig.ExtensionProvider.HttpService": "path timeout headers:MeshConfig.ExtensionProvider.HttpHeader",
  "MeshConfig.ExtensionProvider.GrpcService": "timeout initialMetadata:MeshConfig.ExtensionProvider.HttpHeader",
  "MeshConfig.ExtensionProvider.ResourceDetectors":
    "environment:MeshConfig.ExtensionProvider.ResourceDetectors.EnvironmentResourceDetector dynatrace:MeshConfig.ExtensionProvider.ResourceDetectors.DynatraceResourceDetector",
  "MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider.DynatraceSampler":
    "tenant clusterId rootSpansPerMinute httpService:MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider.DynatraceSampler.DynatraceApi",
  "MeshConfig.ExtensionProvider.EnvoyFileAccessLogProvider.LogFormat": "text labels",
  "MeshConfig.ExtensionProvider.EnvoyOpenTelemetryLogProvider.LogFormat": "text labels",
  "ServiceEntryVisibility.MatchRule": "namespaceSelector:LabelSelector",
  "Tracing.Literal": "value",
  "Tracing.Environment": "name defaultValue",
  "Tracing.RequestHeader": "name defaultValue",
  "MeshConfig.ExtensionProvider.ResourceDetectors.EnvironmentResourceDetector": "",
  "MeshConfig.ExtensionProvider.ResourceDetectors.DynatraceResourceDetector": "",
  "MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider.DynatraceSampler.DynatraceApi":
    "service port http:MeshConfig.ExtensionProvider.HttpService",
};

/** The minor release whose fields these are. */
export const meshConfigRelease = "1.31";
