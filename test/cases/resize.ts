/** Shapes of resize: to one pixel and from one, odd, channels in fours, and steps of ZoeDepth. */
export const resizeCases = [
  { B: 1, from: [1, 1], to: [4, 5], C: 3 },
  { B: 2, from: [7, 6], to: [1, 1], C: 1 },
  { B: 2, from: [9, 13], to: [17, 5], C: 4 },
  { B: 1, from: [23, 31], to: [64, 48], C: 5 },
  { B: 1, from: [24, 32], to: [48, 64], C: 256 },
] as const;

/** For the benchmark alone: shapes of the networks at full size. */
export const resizeModelCases = [
  {
    from: [96, 128],
    to: [192, 256],
    C: 256,
    options: { mode: 'bilinear', alignCorners: true },
    bench: 'ZoeDepth fusion',
  },
  { from: [256, 256], to: [1024, 1024], C: 1, options: { mode: 'bilinear', alignCorners: false }, bench: 'SAM masks' },
  {
    from: [384, 512],
    to: [480, 640],
    C: 1,
    options: { mode: 'bicubic', alignCorners: false },
    bench: 'ZoeDepth result',
  },
] as const;
