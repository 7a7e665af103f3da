/** Checks of ZoeDepth's kernels. */
import { attractRef } from '../../src/kernels/attract/attract.ref.ts';
import { biasTableRef } from '../../src/kernels/biasTable/biasTable.ref.ts';
import { binProbabilitiesRef } from '../../src/kernels/binProbabilities/binProbabilities.ref.ts';
import { metricBinsRef } from '../../src/kernels/metricBins/metricBins.ref.ts';
import { relativeBiasRef } from '../../src/kernels/relativeBias/relativeBias.ref.ts';
import {
  attract,
  binProbabilities,
  logBinomial,
  metricBins,
  relativeBias,
  resizeBiasTable,
} from '../../src/pipeline/zoeDepth/ops.ts';
import { attractCases } from '../cases/attract.ts';
import { biasTableCases } from '../cases/biasTable.ts';
import { binProbabilitiesCases } from '../cases/binProbabilities.ts';
import { metricBinsCases } from '../cases/metricBins.ts';
import { relativeBiasCases } from '../cases/relativeBias.ts';
import { EPS, noise } from '../setup/numbers.ts';
import { exactly, within, type KernelCheck } from './check.ts';

/** d / (1 + 300 d^2) has slope 1 at most, so the error of d (an ulp of about 2) is not magnified; the mean adds its own. */
export const ATTRACT_BOUND = 16 * EPS;

export const attractChecks: readonly KernelCheck[] = attractCases.map(({ rows, A, bins }) => ({
  kernel: 'attract',
  name: `${A} points, [${rows}, ${bins}]`,
  prepare() {
    const points = noise(rows * A, 1, 0.8).map((v) => v + 0.9);
    const centers = noise(rows * bins, 2, 0.8).map((v) => v + 0.9);
    return {
      build: (s) => ({ y: attract(s.input(points, [rows, A]), s.input(centers, [rows, bins])) }),
      expected: () => ({ y: within(attractRef(points, centers, A, bins), ATTRACT_BOUND) }),
    };
  },
}));

export const biasTableChecks: readonly KernelCheck[] = biasTableCases.map(({ native, to, heads }) => ({
  kernel: 'biasTable',
  name: `${native} x ${native} to ${to}, ${heads} heads`,
  prepare() {
    const entries = (2 * native - 1) ** 2 + 3;
    const x = noise(entries * heads, 5);
    return {
      build: (s) => ({ y: resizeBiasTable(s.input(x, [entries, heads]), native, ...to) }),
      // Coordinates near the longer side are rounded to float32; a value moves by twice that, at most.
      expected: () => ({
        y: within(biasTableRef(x, native, to, heads), EPS * (6 * 2 * Math.max(native, ...to) + 16)),
      }),
    };
  },
}));

/** Range of temperatures. */
export const range = { minTemp: 0.0212, maxTemp: 50 };

export const binProbabilitiesChecks: readonly KernelCheck[] = binProbabilitiesCases.map(({ pixels, bins }) => ({
  kernel: 'binProbabilities',
  name: `[${pixels}, ${bins}]`,
  prepare() {
    const raw = noise(pixels * 4, 7, 3);
    return {
      build: (s) => ({
        y: binProbabilities(s.input(raw, [pixels, 4]), bins, range),
        coefficients: logBinomial(s.graph, bins),
      }),
      // Scores reach 9.2 (bins - 1) and are divided by temperatures of about 1 or more here; an error of a score is a
      // relative error of its probability, which is below 1.
      expected: ({ coefficients }) => ({
        y: within(binProbabilitiesRef(raw, coefficients, { bins, ...range }), 8 * EPS * 9.2 * bins),
      }),
    };
  },
}));

export const metricBinsChecks: readonly KernelCheck[] = metricBinsCases.map(({ B, from, to, bins }) => ({
  kernel: 'metricBins',
  name: `centers [${B}, ${from}, ${bins}], depth ${to}`,
  prepare() {
    const raw = noise(B * to[0] * to[1] * 4, 8, 3);
    const centers = noise(B * from[0] * from[1] * bins, 9, 2).map((v) => v + 3);
    const shape = [B, ...from, bins];
    return {
      build: (s) => ({
        y: metricBins(s.input(raw, [B, ...to, 4]), s.input(centers, shape), range),
        coefficients: logBinomial(s.graph, bins),
      }),
      // As in binProbabilities, times the largest center; interpolation adds a few roundings of it.
      expected: ({ coefficients }) => ({
        y: within(
          metricBinsRef(raw, coefficients, centers, shape, to, { bins, ...range }),
          5 * EPS * (8 * 9.2 * bins + 6 * Math.max(...to)),
        ),
      }),
    };
  },
}));

export const relativeBiasChecks: readonly KernelCheck[] = relativeBiasCases.map(({ grid, heads }) => ({
  kernel: 'relativeBias',
  name: `${grid}, ${heads} heads`,
  prepare() {
    const entries = (2 * grid[0] - 1) * (2 * grid[1] - 1) + 3;
    const table = noise(entries * heads, 6);
    return {
      build: (s) => ({ y: relativeBias(s.input(table, [entries, heads]), ...grid) }),
      expected: () => ({ y: exactly(Float32Array.from(relativeBiasRef(table, grid, heads))) }),
    };
  },
}));
