import { describe, expect, it } from 'vitest';
import { matrixFeatures, matrixUnitOf } from '../../src/graph/matrixUnit.ts';

const features = ['shader-f16', 'subgroups', 'subgroup-size-control', 'chromium-experimental-subgroup-matrix'];
const config = (componentType: string, resultComponentType: string, M: number, N: number, K: number) => ({
  ...{ componentType, resultComponentType, M, N, K },
});
const offer = (subgroupMatrixConfigs: ReturnType<typeof config>[], without?: string) => ({
  info: { subgroupMinSize: 32, subgroupMaxSize: 64, subgroupMatrixConfigs },
  features: new Set(features.filter((feature) => feature !== without)),
});
const square = [config('i8', 'i32', 16, 16, 16), config('f16', 'f32', 8, 16, 16), config('f16', 'f32', 16, 16, 16)];

describe('the matrix unit of an adapter', () => {
  it('has fragments of 16 rows, or of 8 where there are no others, and waits for the self-test', () => {
    const refused = 'matrix instructions have not passed the self-test yet';
    expect(matrixUnitOf(offer(square), 'f16')).toEqual({ rows: 16, refused });
    expect(matrixUnitOf(offer(square.slice(0, 2)), 'f16')).toEqual({ rows: 8, refused });
    expect(matrixFeatures(offer(square), 'f16')).toEqual(features);
  });

  it.each([
    ['in f32', offer(square), 'f32', /^matrix instructions round operands to halves, and the precision is f32$/],
    ['without the feature', offer(square, features[3]), 'f16', /^the device lacks the feature chromium-experimental/],
    [
      'of other sizes',
      offer([config('f16', 'f16', 8, 8, 8)]),
      'f16',
      /^matrices here are f16 to f16 8 x 8 x 8; f16 to/,
    ],
    [
      'with subgroups of another size',
      { ...offer(square), info: { subgroupMinSize: 8, subgroupMaxSize: 16 } },
      'f16',
      /^subgroups here have 8 to 16 lanes; 32 are needed$/,
    ],
  ] as const)('is none %s, with the reason', (_, adapter, precision, reason) => {
    expect(matrixUnitOf(adapter, precision)).toMatch(reason);
    expect(matrixFeatures(adapter, precision)).toEqual([]);
  });
});
