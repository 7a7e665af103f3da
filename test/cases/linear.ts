/** Shapes of linear layers: smallest, odd, one past a tile, few rows, and the models' own. */
export interface LinearCase {
  readonly rows: number;
  readonly K: number;
  readonly N: number;
  readonly activation?: 'none' | 'gelu' | 'relu';
  readonly bias?: boolean;
  readonly scale?: boolean;
  readonly residual?: boolean;
}

export const linearCases: readonly LinearCase[] = [
  { rows: 1, K: 1, N: 1 },
  { rows: 1, K: 3, N: 5, bias: true },
  { rows: 7, K: 13, N: 17, activation: 'gelu', bias: true },
  { rows: 17, K: 65, N: 33, activation: 'relu', bias: true, residual: true },
  { rows: 65, K: 20, N: 68, bias: true, scale: true, residual: true, activation: 'gelu' },
  { rows: 4, K: 256, N: 96, bias: true },
  { rows: 3, K: 257, N: 769, bias: true },
  { rows: 197, K: 96, N: 37, activation: 'gelu', bias: true },
  { rows: 197, K: 768, N: 256, bias: true, residual: true },
];
