/** How a visit to a link ends, for the work queue. */
export type VisitResult =
  /** Nothing left to do until somebody wakes the link. */
  | { readonly kind: 'rest'; readonly because: string; readonly calls: number }
  /** Visit again at a time, in milliseconds since the epoch. */
  | { readonly kind: 'again'; readonly at: number; readonly because: string; readonly calls: number };
