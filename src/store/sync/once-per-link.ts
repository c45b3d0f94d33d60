/**
 * Of what many visits ask of their links in one statement, the first for each link. Two visits of one link can be under way, of which one was taken
 * over: what only one of them may is not to be answered for both.
 */
export function oncePerLink<Wish extends { readonly linkId: string }>(wishes: readonly Wish[]): readonly Wish[] {
  return wishes.filter(({ linkId }, nth) => wishes.findIndex((other) => other.linkId === linkId) === nth);
}
