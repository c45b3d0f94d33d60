/** Where the first of the sorted values stands that is not less; `length`: so many of them count. Makes nothing that has to be cleared away: it is asked for each finding. */
export function firstAt(sorted: Float64Array | Uint32Array, length: number, value: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

export function isAmong(sorted: Float64Array, value: number): boolean {
  return sorted[firstAt(sorted, sorted.length, value)] === value;
}
