interface Waiting<Item, Result> {
  readonly item: Item;
  readonly done: (result: Result) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Gathers what comes while an earlier act is under way, and does all of it in one: a commit, or a query, for many callers. `act`
 * answers one result for each item, in their order. Each caller's promise settles with its own item: when the whole fails, each is
 * tried alone, so that one bad item spoils no other's.
 */
export function gather<Item, Result>(
  act: (items: readonly Item[]) => Promise<readonly Result[]>,
  options: { readonly most: number },
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let busy = false;
  const together = async (batch: readonly Waiting<Item, Result>[]) => {
    const results = await act(batch.map(({ item }) => item));
    batch.forEach(({ done }, index) => done(results[index] as Result));
  };
  const each = async (batch: readonly Waiting<Item, Result>[]) => {
    for (const one of batch) {
      await together([one]).catch(one.failed);
    }
  };
  const work = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, options.most);
      waiting = waiting.slice(options.most);
      try {
        await together(batch);
      } catch (error) {
        await (batch.length > 1 ? each(batch) : batch[0]?.failed(error));
      }
    }
    busy = false;
  };
  return (item) =>
    new Promise<Result>((done, failed) => {
      waiting.push({ item, done, failed });
      if (!busy) {
        busy = true;
        setImmediate(() => void work());
      }
    });
}
