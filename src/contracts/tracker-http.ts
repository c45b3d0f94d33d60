export interface HttpClient {
  /**
   * One request, one attempt: no retry, no redirect, no cookie. Checks the origin against those of the connection, the address
   * that is really used, the deadline, the size. Returns any HTTP answer, whatever its status. Throws TrackerFault:
   * `unavailable` when surely nothing was executed, `uncertain` when a write may have been, `nonsense`/`unavailable` for reads.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Monotonic milliseconds. */
  now(): number;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is; anything else as JSON. */
  readonly body?: unknown;
  /** `write`: its outcome matters after a lost answer. A POST that only reads (a query) is a `read`. */
  readonly purpose: 'read' | 'write';
  /** For writes; see WriteOptions. */
  readonly sendBefore?: number;
  /** Header and body field names whose values are never recorded. The client adds the usual ones. */
  readonly secretFields?: readonly string[];
  readonly timeoutMs?: number;
  /** Only addresses inside the operator's allowed networks: for hosts that are not the tracker vendor's own. */
  readonly ownNetworkOnly?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names; several values of one name are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded text without BOM; at most the client's limit. */
  readonly text: string;
}

/** What Sync activity keeps of one exchange: redacted, bounded. */
export interface Exchange {
  readonly at: string;
  readonly method: string;
  /** Without query values that are secret. */
  readonly url: string;
  readonly requestBody: string | null;
  readonly status: number | null;
  readonly responseBody: string | null;
  readonly durationMs: number;
  readonly error: string | null;
}
