/** Where the first of the sorted values stands that is not less; `length`: so many of them count. */
export function firstAt(sorted: Float64Array | Uint32Array, length: number, value: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    [low, high] = (sorted[middle] as number) < value ? [middle + 1, high] : [low, middle];
  }
  return low;
}

export function isAmong(sorted: Float64Array, value: number): boolean {
  return sorted[firstAt(sorted, sorted.length, value)] === value;
}
