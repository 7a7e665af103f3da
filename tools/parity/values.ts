/** A tensor on the host, as comparisons read it. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}
