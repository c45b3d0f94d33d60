/** The first bytes, and all of them from the first on. `rest` must be read or returned, for the source to be closed. */
export async function peek(
  bytes: AsyncIterable<Uint8Array>,
  count: number,
): Promise<{ readonly head: Uint8Array; readonly rest: AsyncIterable<Uint8Array> }> {
  const iterator = bytes[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array();
  let ended = false;
  while (head.length < count && !ended) {
    const next = await iterator.next();
    if (next.done === true) {
      ended = true;
    } else {
      head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
    }
  }
  return { head, rest: again(head, iterator, ended) };
}

async function* again(
  head: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
  ended: boolean,
): AsyncIterable<Uint8Array> {
  try {
    yield head;
    while (!ended) {
      const next = await iterator.next();
      if (next.done === true) {
        return;
      }
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
