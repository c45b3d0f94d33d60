/** One alert with its places, whichever of its two forms the report has. */
export interface Alert {
  readonly ruleId: string;
  readonly name: string;
  readonly riskCode: string | undefined;
  readonly confidence: string | undefined;
  readonly description: string | undefined;
  readonly solution: string | undefined;
  readonly reference: string | undefined;
  readonly otherInfo: string | undefined;
  readonly cweId: string | undefined;
  readonly wascId: string | undefined;
  readonly instances: readonly Instance[];
}

export interface Instance {
  readonly uri: string;
  readonly method: string | undefined;
  readonly parameter: string | undefined;
  readonly evidence: string | undefined;
}

export interface AlertReport {
  readonly version: string | null;
  readonly startedAt: string | undefined;
  readonly entries: AsyncIterable<
    { readonly kind: 'site'; readonly name: string } | { readonly kind: 'alert'; readonly alert: Alert }
  >;
}
