/** Shapes of linear layers: smallest, odd, one past a tile, few rows, and the models' own. See measured.ts for `bench`. */
export interface LinearCase {
  readonly rows: number;
  readonly K: number;
  readonly N: number;
  readonly activation?: 'none' | 'gelu' | 'relu';
  readonly bias?: boolean;
  readonly scale?: boolean;
  readonly residual?: boolean;
  readonly bench?: string;
}

export const linearCases: readonly LinearCase[] = [
  { rows: 1, K: 1, N: 1 },
  { rows: 1, K: 3, N: 5, bias: true },
  { rows: 7, K: 13, N: 17, activation: 'gelu', bias: true },
  { rows: 17, K: 65, N: 33, activation: 'relu', bias: true, residual: true },
  { rows: 65, K: 20, N: 68, bias: true, scale: true, residual: true, activation: 'gelu', bench: 'tests' },
  { rows: 4, K: 256, N: 96, bias: true },
  { rows: 3, K: 257, N: 769, bias: true },
  { rows: 197, K: 96, N: 37, activation: 'gelu', bias: true },
  { rows: 197, K: 768, N: 256, bias: true, residual: true, bench: 'tests' },
];

/** For the benchmark alone: a round shape and those of the networks at full size, too large for the loops of the reference. */
export const linearModelCases = [
  { rows: 512, K: 512, N: 512, bench: 'round' },
  { rows: 197, K: 768, N: 768, bench: 'MCC projection' },
  { rows: 197, K: 768, N: 3072, bench: 'MCC MLP' },
  { rows: 1024, K: 512, N: 2048, bench: 'MCC decoder MLP' },
  { rows: 769, K: 1024, N: 1024, bench: 'ZoeDepth projection' },
  { rows: 769, K: 1024, N: 4096, bench: 'ZoeDepth MLP' },
  { rows: 4096, K: 768, N: 768, bench: 'SAM vit_b projection' },
  { rows: 4096, K: 768, N: 768, bias: true, residual: true, bench: 'SAM vit_b projection, added' },
  { rows: 4096, K: 3072, N: 768, bias: true, residual: true, bench: 'SAM vit_b MLP, second layer, added' },
  { rows: 4096, K: 768, N: 2304, bench: 'SAM vit_b qkv' },
  { rows: 4096, K: 768, N: 3072, bench: 'SAM vit_b MLP' },
  { rows: 7, K: 256, N: 2048, bench: 'SAM decoder MLP' },
] as const;
