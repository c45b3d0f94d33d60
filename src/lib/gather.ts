interface Waiting<Item, Result> {
  readonly item: Item;
  readonly done: (result: Result) => void;
  readonly failed: (error: unknown) => void;
}

export interface GatherOptions {
  /** Items of one act. */
  readonly most: number;
  /** One act begins at least so long after another, so that more come together. After a rest the first begins at once. Default: 0. */
  readonly beatMs?: number;
  /** Whether nobody else can come before one of the `waiting` is done: then nothing is waited for. */
  readonly isAll?: (waiting: number) => boolean;
}

/**
 * Gathers what comes while an earlier act is under way, and does all of it in one: a commit, or a query, for many callers. `act`
 * answers one result for each item, in their order. Each caller's promise settles with its own item: when the whole fails, each is
 * tried alone, so that one bad item spoils no other's.
 */
export function gather<Item, Result>(
  act: (items: readonly Item[]) => Promise<readonly Result[]>,
  { most, beatMs = 0, isAll = () => false }: GatherOptions,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let busy = false;
  let begunAt = Number.NEGATIVE_INFINITY;
  let hurry: (() => void) | null = null;
  const together = async (batch: readonly Waiting<Item, Result>[]) => {
    const results = await act(batch.map(({ item }) => item));
    batch.forEach(({ done }, index) => done(results[index] as Result));
  };
  const each = async (batch: readonly Waiting<Item, Result>[]) => {
    for (const one of batch) {
      await together([one]).catch(one.failed);
    }
  };
  const mayHurry = () => waiting.length >= most || isAll(waiting.length);
  const beat = async () => {
    const restMs = begunAt + beatMs - performance.now();
    if (restMs > 0 && !mayHurry()) {
      await new Promise<void>((go) => {
        const timer = setTimeout(go, restMs);
        hurry = () => {
          clearTimeout(timer);
          go();
        };
      });
      hurry = null;
    }
    begunAt = performance.now();
  };
  const work = async () => {
    while (waiting.length > 0) {
      await beat();
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
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
      } else if (hurry !== null && mayHurry()) {
        hurry();
      }
    });
}
