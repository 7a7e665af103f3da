/** Shapes of convolutions: smallest, odd, one past a tile, every kind of window, and the models' own. */
export interface Conv2dCase {
  readonly B: number;
  readonly H: number;
  readonly W: number;
  readonly C: number;
  readonly O: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
  readonly activation?: 'none' | 'gelu' | 'relu';
  readonly inputRelu?: boolean;
  readonly bias?: boolean;
  readonly residual?: boolean;
  readonly bench?: string;
}

const plain = { B: 1, kernel: 3, stride: 1, padding: 1, groups: 1 } as const;
const everything = { bias: true, residual: true, inputRelu: true, activation: 'relu' } as const;

export const conv2dCases: readonly Conv2dCase[] = [
  { ...plain, H: 1, W: 1, C: 1, O: 1 },
  { ...plain, H: 9, W: 11, C: 3, O: 5, kernel: 1, padding: 0, bias: true },
  { ...plain, B: 2, H: 13, W: 10, C: 7, O: 9, bias: true },
  { ...plain, H: 15, W: 17, C: 16, O: 8, stride: 2, bias: true },
  { ...plain, H: 21, W: 18, C: 3, O: 6, kernel: 7, stride: 2, padding: 3, bias: true },
  { ...plain, H: 32, W: 48, C: 3, O: 20, kernel: 16, stride: 16, padding: 0, bias: true },
  { ...plain, B: 2, H: 12, W: 7, C: 6, O: 6, kernel: 2, stride: 2, padding: 0 },
  { ...plain, H: 8, W: 9, C: 4, O: 36, kernel: 3, padding: 0, stride: 2, activation: 'gelu', bias: true },
  { ...plain, H: 9, W: 9, C: 12, O: 12, groups: 12, bias: true, activation: 'relu' },
  { ...plain, H: 10, W: 7, C: 8, O: 12, groups: 4, bias: true, residual: true, inputRelu: true },
  { ...plain, H: 7, W: 7, C: 10, O: 10, kernel: 5, stride: 2, padding: 2, groups: 10 },
  { ...plain, H: 13, W: 17, C: 64, O: 72, ...everything, bench: 'tests' },
];

/** For the benchmark alone: round shapes and those of the networks at full size, too large for the loops of the reference. */
export const conv2dModelCases = [
  { ...plain, H: 56, W: 56, C: 64, O: 64, bench: 'round' },
  { ...plain, H: 28, W: 28, C: 128, O: 128, bench: 'round' },
  { ...plain, H: 1024, W: 1024, C: 3, O: 768, kernel: 16, stride: 16, padding: 0, bench: 'SAM vit_b patches' },
  { ...plain, H: 64, W: 64, C: 768, O: 256, kernel: 1, padding: 0, bench: 'SAM neck' },
  { ...plain, H: 64, W: 64, C: 256, O: 256, bench: 'SAM neck' },
  { ...plain, H: 96, W: 128, C: 256, O: 256, bench: 'ZoeDepth fusion' },
] as const;
