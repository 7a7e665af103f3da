/** Shapes that the benchmark measures, too. `bench` says where a shape comes from; it is part of a stored line's name. */
export interface Measured {
  readonly bench: string;
}

/** The cases that the benchmark measures. */
export function measured<T extends object>(cases: readonly T[]): (T & Measured)[] {
  return cases.filter((one): one is T & Measured => 'bench' in one);
}
