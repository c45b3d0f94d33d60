/** SARIF 2.1.0, only what is used; every field may be missing or of another kind, since reports are hostile. */

export interface Message {
  readonly text?: string;
  readonly markdown?: string;
  readonly id?: string;
  readonly arguments?: readonly string[];
}

export interface ArtifactLocation {
  readonly uri?: string;
  readonly uriBaseId?: string;
  readonly index?: number;
}

export interface Region {
  readonly startLine?: number;
  readonly endLine?: number;
  readonly startColumn?: number;
  readonly endColumn?: number;
  readonly snippet?: { readonly text?: string };
}

export interface SarifLocation {
  readonly physicalLocation?: {
    readonly artifactLocation?: ArtifactLocation;
    readonly region?: Region;
    readonly contextRegion?: Region;
  };
  readonly logicalLocations?: readonly { readonly fullyQualifiedName?: string; readonly name?: string }[];
  readonly message?: Message;
}

export interface Rule {
  readonly id?: string;
  readonly name?: string;
  readonly deprecatedIds?: readonly string[];
  readonly shortDescription?: Message;
  readonly fullDescription?: Message;
  readonly help?: Message;
  readonly helpUri?: string;
  readonly messageStrings?: Readonly<Record<string, Message>>;
  readonly defaultConfiguration?: { readonly level?: string };
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly relationships?: readonly { readonly target?: { readonly id?: string; readonly toolComponent?: { readonly name?: string } } }[];
}

export interface ToolComponent {
  readonly name?: string;
  readonly version?: string;
  readonly semanticVersion?: string;
  readonly rules?: readonly Rule[];
}

export interface Result {
  readonly ruleId?: string;
  readonly ruleIndex?: number;
  readonly rule?: { readonly id?: string; readonly index?: number; readonly toolComponent?: { readonly index?: number; readonly name?: string } };
  readonly kind?: string;
  readonly level?: string;
  readonly message?: Message;
  readonly locations?: readonly SarifLocation[];
  readonly fingerprints?: Readonly<Record<string, string>>;
  readonly partialFingerprints?: Readonly<Record<string, string>>;
  readonly suppressions?: readonly { readonly status?: string }[] | null;
  readonly baselineState?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly taxa?: readonly { readonly id?: string; readonly toolComponent?: { readonly name?: string } }[];
  readonly codeFlows?: readonly { readonly threadFlows?: readonly { readonly locations?: readonly { readonly location?: SarifLocation }[] }[] }[];
}

export interface Invocation {
  readonly executionSuccessful?: boolean;
  readonly startTimeUtc?: string;
  readonly exitCodeDescription?: string;
  readonly toolExecutionNotifications?: readonly { readonly level?: string; readonly message?: Message }[];
  readonly toolConfigurationNotifications?: readonly { readonly level?: string; readonly message?: Message }[];
}

/** What stands around the results of one run. */
export interface RunHeader {
  tool: { driver?: ToolComponent; extensions?: readonly ToolComponent[] };
  automationDetails: { id?: string } | null;
  invocations: readonly Invocation[];
  bases: Readonly<Record<string, ArtifactLocation>>;
  artifacts: readonly { readonly location?: ArtifactLocation }[];
  /** Null or absent results: the tool did not begin its analysis. */
  hasResults: boolean;
}
