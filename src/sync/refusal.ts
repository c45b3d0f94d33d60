/** An act that is refused, as an answer: why, and what it means to whoever asked over HTTP. */
export type Refused = {
  readonly kind: 'refused';
  readonly because: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  /** HTTP meaning: 400 invalid, 404 unknown, 409 conflict, 502 the tracker. */
  readonly status: 400 | 404 | 409 | 502;
};

export function refuse(status: Refused['status'], because: string, errors?: Refused['errors']): Refused {
  return { kind: 'refused', because, status, errors };
}
