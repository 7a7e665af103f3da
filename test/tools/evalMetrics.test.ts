import { describe, expect, it } from 'vitest';
import {
  colorError,
  coverage,
  depthErrors,
  maskIou,
  sizeRatio,
  toTrueFrame,
  viewErrors,
  type Surface,
} from '../../tools/eval/metrics.ts';
import { EPS, expectClose } from '../setup/numbers.ts';

const none = new Float32Array(0);

/** Points on the x axis. */
const line = (...x: number[]): Float32Array => Float32Array.from(x.flatMap((v) => [v, 0, 0]));

/** Four points, a unit apart, of which the camera sees the first two. */
const surface: Surface = {
  xyz: line(0, 1, 2, 3),
  rgb: Uint8Array.of(0, 0, 0, 255, 255, 255, 50, 100, 150, 10, 20, 30),
  seen: Uint8Array.of(1, 1, 0, 0),
  dense: line(0, 1, 2, 3),
};
const seen = line(0, 1);

describe('maskIou', () => {
  it('is intersection over union', () => {
    expect(maskIou([1, 1, 0, 0], [0, 1, 1, 0])).toBe(1 / 3);
    expect(maskIou([0, 255, 1], [0, 1, 1])).toBe(1);
    expect(maskIou([1, 0], [0, 1])).toBe(0);
    expect(maskIou([0, 0], [0, 0])).toBe(1);
  });
});

describe('depthErrors', () => {
  it('looks at the pixels of the mask alone', () => {
    expect(depthErrors([1, 3, 9], [1, 2, 1], [1, 1, 0])).toEqual({ absRel: 0.25, within: 0.5 });
  });

  it('counts a factor of 1.25 in either direction as wrong', () => {
    expect(depthErrors([1.25, 1, 1.24, 1], [1, 1.25, 1, 1.24], [1, 1, 1, 1]).within).toBe(0.5);
    expect(depthErrors([NaN, 0, -1], [1, 1, 1], [1, 1, 1]).within).toBe(0);
  });

  it('aligns nothing', () => expect(depthErrors([2, 4], [1, 2], [1, 1])).toEqual({ absRel: 1, within: 0 }));
});

describe('sizeRatio', () => {
  it('is the median over the pixels of both masks', () => {
    expect(sizeRatio([2, 30, 400, 5, 6], [1, 10, 100, 1, 1], [1, 1, 1, 1, 0], [1, 1, 1, 0, 1])).toBe(3);
    expect(sizeRatio([2, 4], [1, 1], [1, 1], [1, 1])).toBe(3);
  });

  it('does not exist without a common pixel', () => expect(sizeRatio([1, 1], [1, 1], [1, 0], [0, 1])).toBeUndefined());
});

describe('toTrueFrame', () => {
  const normalization = { scale: 0.5, center: [1, 2, 3] as const };

  it('normalizes', () => expect([...toTrueFrame(Float32Array.of(1, 2, 3), normalization)]).toEqual([1, 2, 3]));

  it('takes a thing that is larger and farther by the same factor for the same', () => {
    const xyz = Float32Array.of(0.3, -0.2, 1.7);
    const larger = xyz.map((v) => v * 1.3);
    // One rounding of v * 1.3, two of the results, each at most of size 2 / scale + center.
    expectClose(toTrueFrame(larger, normalization, 1.3), toTrueFrame(xyz, normalization), 3 * EPS * 7);
  });
});

describe('coverage', () => {
  const of = (...x: number[]) => coverage(line(...x), surface, seen);

  it('is 1 everywhere for the surface itself', () => {
    const all = { precision: 1, recall: 1, f1: 1, unseen: 1, far: 1, added: 1 };
    expect(coverage(surface.xyz, surface, seen)).toEqual([all, all, all]);
  });

  it('counts at 0.05, at 0.1 and at 0.2', () => {
    // 0.07 beside a seen point, 0.15 beside an unseen one, and one far from everything.
    const zero = { precision: 0, recall: 0, f1: 0, unseen: 0, far: 0, added: 0 };
    const third = { precision: 1 / 3, recall: 1 / 4, f1: (2 * (1 / 3) * (1 / 4)) / (1 / 3 + 1 / 4) };
    const both = { precision: 2 / 3, recall: 1 / 2, f1: (2 * (2 / 3) * (1 / 2)) / (2 / 3 + 1 / 2) };
    expect(of(0.07, 2.15, 7)).toEqual([
      zero,
      { ...third, unseen: 0, far: 0, added: 0 },
      { ...both, unseen: 1 / 2, far: 1 / 2, added: 1 / 2 },
    ]);
    expect(of(0.03)[0]).toMatchObject({ precision: 1, recall: 1 / 4 });
  });

  it('finds the surface between its points, and asks for these alone', () => {
    const between = { ...surface, dense: line(0, 1, 2, 3, 0.5) };
    const [, at01] = coverage(line(0.55, 1.5), between, seen);
    expect(at01).toMatchObject({ precision: 1 / 2, recall: 0 });
  });

  it('asks of added points, which are far from every seen point, whether they are right', () => {
    // Beside a seen point, right and wrong; far from both, right and twice wrong.
    for (const { added } of coverage(line(0, 0.3, 2, 4, 5), surface, line(0, 0.3, 1))) expect(added).toBe(1 / 3);
  });

  it('tells what the camera does not see from what is far from every seen point', () => {
    // A seen point of the photo lies near the third surface point, which the camera does not see.
    const [, , at02] = coverage(line(0, 1, 2), surface, line(0, 1, 1.85));
    expect(at02).toMatchObject({ unseen: 1 / 2, far: 0 });
  });

  it('gives the seen points nothing of what is far from them', () => {
    for (const found of coverage(seen, surface, seen)) {
      expect(found).toMatchObject({ precision: 1, unseen: 0, far: 0, added: 0 });
    }
  });

  it('is 0 for no points', () => {
    const zero = { precision: 0, recall: 0, f1: 0, unseen: 0, far: 0, added: 0 };
    expect(coverage(none, surface, none)).toEqual([zero, zero, zero]);
  });

  it('does not depend on the order of points', () => {
    expect(of(0.05, 2.15, 7, 3.02)).toEqual(of(7, 3.02, 2.15, 0.05));
  });

  it('lets nothing be missed where everything is seen', () => {
    const [at01] = coverage(none, { ...surface, seen: Uint8Array.of(1, 1, 1, 1) }, seen);
    expect(at01.unseen).toBe(1);
  });
});

describe('colorError', () => {
  const error = (x: number[], rgb: number[]) => colorError({ xyz: line(...x), rgb: Uint8Array.from(rgb) }, surface);

  it('compares with the nearest surface point', () => {
    expect(error([2.1], [50, 100, 150])).toBe(0);
    expect(error([0, 1], [255, 255, 255, 255, 255, 255])).toBe(1 / 2);
    expect(error([2], [101, 100, 150])).toBe(51 / (3 * 255));
  });

  it('leaves out points at 0.2 and beyond', () => expect(error([1, 1.5], [255, 255, 255, 0, 0, 0])).toBe(0));

  it('is the worst there is when no point is near', () => {
    expect(error([], [])).toBe(1);
    expect(error([9], [0, 0, 0])).toBe(1);
  });
});

describe('viewErrors', () => {
  /** Pixels of a color and an alpha. */
  const pixels = (...list: [gray: number, alpha: number][]): Uint8Array =>
    Uint8Array.from(list.flatMap(([gray, alpha]) => [gray, gray, gray, alpha]));

  it('counts a pixel as covered if more than half of it is', () => {
    const view = pixels([0, 255], [0, 128], [0, 127], [0, 0]);
    const silhouette = (...mask: number[]) => viewErrors(view, pixels(), Uint8Array.from(mask)).silhouette;
    expect(silhouette(1, 1, 0, 0)).toBe(1);
    expect(silhouette(1, 0, 0, 0)).toBe(1 / 2);
    expect(silhouette(0, 255, 255, 0)).toBe(1 / 3);
  });

  it('compares colors where mask and mesh are', () => {
    const view = pixels([100, 255], [100, 200], [100, 255], [100, 0]);
    const photo = pixels([100, 255], [151, 255], [0, 255], [0, 255]);
    expect(viewErrors(view, photo, Uint8Array.of(1, 1, 0, 1)).color).toBe(51 / 255 / 2);
    const red = Uint8Array.of(255, 0, 0, 255);
    expect(viewErrors(red, pixels([0, 255]), Uint8Array.of(1)).color).toBe(1 / 3);
  });

  it('is as wrong as can be where there is nothing to compare', () => {
    expect(viewErrors(pixels([9, 0]), pixels([9, 255]), Uint8Array.of(1))).toEqual({ silhouette: 0, color: 1 });
  });
});
