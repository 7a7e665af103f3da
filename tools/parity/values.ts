/** A tensor on the host. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}
