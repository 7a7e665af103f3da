/** Numbers and records in the text formats. */

/** Writes a float32 in the fewest digits that are read back as the same float32. */
export function shortest(value: number): string {
  const float = Math.fround(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(float.toPrecision(digits));
    if (Math.fround(short) === float) return String(short);
  }
  // Nine digits tell all float32 values apart.
  return String(Number(float.toPrecision(9)));
}

/** Gives one text for each group of `width` values. */
export function* groups<T>(values: ArrayLike<number>, width: number, write: (...group: number[]) => T): Generator<T> {
  for (let i = 0; i < values.length; i += width) {
    yield write(...Array.from({ length: width }, (_, k) => values[i + k]));
  }
}
