/** Values at the edges of f16: zeros, ties, subnormals, the ends of the range and values beyond it. */
export const castCases: readonly { name: string; x: readonly number[] }[] = [
  { name: 'one number', x: [1.1] },
  { name: 'zeros', x: [0, -0, 1e-45, -1e-45] },
  { name: 'ties', x: [1 + 2 ** -11, 1 + 3 * 2 ** -11, -1 - 2 ** -11, 2049, 2051] },
  { name: 'subnormal halves', x: [2 ** -24, 2 ** -25, 3 * 2 ** -25, 5 * 2 ** -24, 2 ** -14 - 2 ** -25, -(2 ** -20)] },
  { name: 'the ends of the range', x: [2 ** -14, 65504, 65519, 65520, 1e6, -7e4, 3e38] },
];
