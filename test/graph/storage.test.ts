import { describe, expect, it } from 'vitest';
import { cast } from '../../src/graph/ops/cast.ts';
import { compile } from '../../src/graph/plan.ts';
import { Graph } from '../../src/graph/record.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { castRef } from '../../src/kernels/cast/cast.ref.ts';
import { bufferBytes, wordsIn } from '../../src/kernels/dtype.ts';
import { evaluate, testDevice } from '../setup/evaluate.ts';
import { noise } from '../setup/numbers.ts';

describe('bytes', () => {
  it('are whole vec4s of words, at least one', () => {
    const sizes = ([n, dtype]: readonly [number, 'f32' | 'f16']) => bufferBytes(n, dtype);
    expect(
      (
        [
          [0, 'f32'],
          [4, 'f32'],
          [5, 'f32'],
        ] as const
      ).map(sizes),
    ).toEqual([16, 16, 32]);
    expect(
      (
        [
          [0, 'f16'],
          [8, 'f16'],
          [9, 'f16'],
          [1000, 'f16'],
        ] as const
      ).map(sizes),
    ).toEqual([16, 16, 32, 2000]);
    expect(wordsIn(2000)).toBe(500);
  });
});

describe('tensors of halves', () => {
  it.each([1, 2, 7, 8, 1001])('%i values are uploaded and read back as their halves', async (n) => {
    const x = noise(n, 3, 100);
    const expected = Float32Array.from(castRef(x, 'f16'));
    const { widened, constant } = await evaluate((s) => ({
      widened: cast(s.input(x, [n], 'f16'), 'f32'),
      constant: cast(s.graph.constant({ name: 'c', of: x, shape: [n], dtype: 'f16', compute: () => x }), 'f32'),
    }));
    expect(widened).toEqual(expected);
    expect(constant).toEqual(expected);
  });

  it('take half the memory, and go from plan to plan as they are', async () => {
    const shared = sharedFor(await testDevice());
    const planOf = async (dtype: 'f32' | 'f16') => {
      const graph = new Graph();
      return compile(shared, graph, {
        outputs: { y: cast(graph.input('x', [4096], dtype), dtype === 'f32' ? 'f16' : 'f32') },
      });
    };
    const [narrow, widen] = [await planOf('f32'), await planOf('f16')];
    expect(narrow.memory.sumBytes).toBe(4096 * (4 + 2));
    const x = noise(4096, 5);
    const { y: halves } = await narrow.run({ x });
    expect([halves.dtype, halves.buffer.size]).toEqual(['f16', 8192]);
    const { y } = await widen.run({ x: halves });
    expect(await y.read()).toEqual(Float32Array.from(castRef(x, 'f16')));
    await expect(narrow.run({ x: halves })).rejects.toThrow(/the input "x" is f32 \[4096\], got 4096 f16/);
    await expect(widen.run({ x: new Uint32Array(4096) })).rejects.toThrow(
      /the input "x" is f16 \[4096\], got 4096 u32/,
    );
    narrow.dispose();
    widen.dispose();
    shared.readback.dispose();
  });
});
