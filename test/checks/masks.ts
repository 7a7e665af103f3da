/** Checks of SAM's kernels. */
import { maskBounds } from '../../src/graph/ops/points.ts';
import { maskBitsRef } from '../../src/kernels/maskBits/maskBits.ref.ts';
import { maskBoundsRef } from '../../src/kernels/maskBounds/maskBounds.ref.ts';
import { promptTokensRef } from '../../src/kernels/promptTokens/promptTokens.ref.ts';
import { axisTaps } from '../../src/kernels/resize/taps.ts';
import { maskBits, promptTokens } from '../../src/pipeline/sam/ops.ts';
import { promptTokensCases } from '../cases/promptTokens.ts';
import { EPS, noise } from '../setup/numbers.ts';
import { exactly, within, type KernelCheck } from './check.ts';

/** Stability compares a mask's area at thresholds so far above and below 0. */
const OFFSET = 1;

/** Logits that no rounding brings to the other side of a threshold, not even when they are mixed: -3, -0.5, 0.5 and 3. */
const blocky = (count: number): Float32Array =>
  noise(count, 3).map((v) => Math.sign(v) * (Math.abs(v) > 0.3 ? 3 : 0.5));

const table = (from: number, to: number) => axisTaps({ mode: 'bilinear', alignCorners: false, from, to }).table;

export const maskBitsChecks: readonly KernelCheck[] = (
  [
    { x: [1, 1, 1], to: [1, 1] },
    { x: [3, 5, 4], to: [33, 7] },
    { x: [2, 40, 70], to: [31, 65] },
    { x: [2, 64, 48], to: [64, 48] },
    { x: [1, 64, 43], to: [300, 201] },
  ] as const
).map(({ x, to }) => ({
  kernel: 'maskBits',
  name: `[${x.join(', ')}] to ${to.join(' x ')}`,
  prepare() {
    const logits = blocky(x[0] * x[1] * x[2]);
    return {
      build: (s) => ({ ...maskBits(s.input(logits, x), to, OFFSET) }),
      expected() {
        const ref = maskBitsRef(logits, x, table(x[1], to[0]), table(x[2], to[1]), OFFSET);
        return { bits: exactly(ref.bits), stats: exactly(ref.stats) };
      },
    };
  },
}));

export const maskBoundsChecks: readonly KernelCheck[] = [
  [1, 1],
  [7, 9],
  [130, 67],
  [240, 320],
].map(([H, W]) => ({
  kernel: 'maskBounds',
  name: `[${H}, ${W}]: an ellipse, a pixel, nothing, all`,
  prepare() {
    const ellipse = Uint32Array.from({ length: H * W }, (_, i) => {
      const [x, y] = [((i % W) - 0.55 * W) / (0.3 * W), (Math.floor(i / W) - 0.45 * H) / (0.33 * H)];
      return x * x + y * y <= 1 ? 1 : 0;
    });
    const pixel = new Uint32Array(H * W);
    pixel[H * W - 1] = 255;
    const masks = { ellipse, pixel, nothing: new Uint32Array(H * W), all: new Uint32Array(H * W).fill(1) };
    const of = <T>(each: (mask: Uint32Array) => T) =>
      Object.fromEntries(Object.entries(masks).map(([name, mask]) => [name, each(mask)]));
    return {
      build: (s) => of((mask) => maskBounds(s.input(mask, [H, W]))),
      expected: () => of((mask) => exactly(maskBoundsRef(mask, W))),
    };
  },
}));

/** Kinds of tokens, and the one that has no place. */
const [KINDS, NONE] = [5, 4];

export const promptTokensChecks: readonly KernelCheck[] = promptTokensCases.map(({ B, T, C, side }) => ({
  kernel: 'promptTokens',
  name: `[${B}, ${T}] tokens of ${C} channels on ${side} pixels`,
  prepare() {
    const xy = noise(B * T * 2, 1, side / 2).map((v) => v + side / 2);
    const kinds = Uint32Array.from({ length: B * T }, (_, i) => (3 * i + 1) % KINDS);
    const [matrix, embeddings] = [noise(C, 2, 3), noise(KINDS * C, 3, 0.5)];
    const options = { side, none: NONE };
    return {
      build: (s) => ({
        y: promptTokens(
          s.input(xy, [B, T, 2]),
          s.input(kinds, [B, T]),
          s.weight(matrix, [2, C / 2]),
          s.weight(embeddings, [KINDS, C]),
          options,
        ),
      }),
      // Turns are up to 6: their rounding and that of u (each a few eps) are stretched by 2 pi; the sine adds 1e-7.
      expected: () => ({
        y: within(promptTokensRef(xy, kinds, matrix, embeddings, options), 2 * Math.PI * 6 * 4 * EPS + 1e-7 + 4 * EPS),
      }),
    };
  },
}));
