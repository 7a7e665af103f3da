import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withTable } from '../../tools/isa/document.ts';
import { histories, type IsaLine, outdated, unexplained } from '../../tools/isa/lines.ts';
import { readListings } from '../../tools/isa/listing.ts';
import { roofOf } from '../../tools/isa/roof.ts';
import { isaCases, programsOf } from '../../tools/isa/subjects.ts';
import { GPU_TARGET } from '../../tools/isa/target.ts';
import { readJsonLines } from '../../tools/jsonLines.ts';
import { root } from '../../tools/setup/process.mjs';

/** What RADV printed for a small program: a loop that stages vec4s and, inside it, one that multiplies them. */
const excerpt = readFileSync(join(root, 'test/tools/isa.navi31.txt'), 'utf8');

describe('a listing', () => {
  const [listing] = readListings(excerpt);

  it('has registers, memory and occupancy', () => {
    expect(listing).toMatchObject({ hash: '0123456789ab', spills: 0, ldsBytes: 2048, waves: 32 });
    expect(listing.vgprs).toBe(12);
  });

  it('has its loops, the inner one inside the outer one', () => {
    expect(listing.loops.map(({ depth }) => depth)).toEqual([0, 1]);
    const [outer, inner] = listing.loops;
    expect(inner).toMatchObject({ multiplyAdds: 4, sharedBytes: 16, sharedLoads: { 128: 1 }, globalLoads: 0 });
    expect(outer).toMatchObject({ multiplyAdds: 0, sharedStores: 1, globalLoads: 1, globalBytes: 16, barriers: 2 });
    expect(outer.whole).toMatchObject({ multiplyAdds: 4, sharedBytes: 16, globalLoads: 1, barriers: 2 });
    expect(outer.whole.vector).toBe(outer.vector + inner.vector);
  });

  it('counts an inner loop as often as it runs, where its counter is compared with a number', () => {
    const [outer, inner] = readListings(excerpt.replace('s_cmp_ge_u32 s10, s1', 's_cmp_ge_u32 s10, 12'))[0].loops;
    expect(inner.trips).toBe(12);
    expect(outer.trips).toBe(1);
    expect(outer.whole).toMatchObject({ multiplyAdds: 48, sharedBytes: 192, sharedLoads: { 128: 12 }, barriers: 2 });
  });

  it('counts instructions by what they do', () => {
    const counted = (...names: string[]) =>
      readListings(excerpt.replace('BB0:\n', `BB0:\n${names.map((name) => `\t${name} v0, v1 ; 0\n`).join('')}`))[0]
        .counts;
    const base = counted();
    const added = (name: keyof typeof base, ...names: string[]) => Number(counted(...names)[name]) - Number(base[name]);
    expect(added('multiplyAdds', 'v_fma_f32', 'v_fmac_f32_e32', 'v_fmaak_f32', 'v_mul_f32_e32')).toBe(3);
    expect(added('multiplyAdds', 'v_pk_fma_f16', 'v_dot2_f32_f16')).toBe(4);
    expect(added('multiplyAdds', 'v_dual_fmac_f32 v1, v2, v3 :: v_dual_fmac_f32')).toBe(2);
    expect(added('multiplyAdds', 'v_wmma_f32_16x16x16_f16')).toBe(128);
    expect(added('vector', 'v_wmma_f32_16x16x16_f16')).toBe(64);
    expect(counted('v_wmma_f32_16x16x16_f16', 'v_wmma_f32_16x16x16_f16').matrix).toBe(2);
    expect(added('vector', 'v_dual_fmac_f32 v1, v2, v3 :: v_dual_mov_b32', 's_mul_i32')).toBe(2);
    expect(added('sharedBytes', 'ds_load_b64', 'ds_load_2addr_b32', 'ds_read2st64_b32', 'ds_store_b128')).toBe(24);
    expect(added('globalBytes', 'buffer_load_b32', 'buffer_load_dwordx4', 'global_load_b64')).toBe(28);
  });

  it('repeats an instruction as often as the driver says', () => {
    const repeated = excerpt.replace('BB0:\n', 'BB0:\n\tv_fma_f32 v0, v1, v2, v3 ; 0\n\t(then repeated 3 times)\n');
    expect(readListings(repeated)[0].counts.multiplyAdds).toBe(listing.counts.multiplyAdds + 4);
  });

  it('must be one', () => {
    expect(() => readListings(excerpt.replace('LDS size', 'size'))).toThrow('no "LDS size" for program 0123456789ab');
    expect(() => readListings(excerpt.replaceAll('\t', ''))).toThrow('no machine code');
  });
});

describe('a roof', () => {
  const none = {
    sharedStores: 0,
    sharedLoads: {},
    globalLoads: 0,
    globalBytes: 0,
    globalStores: 0,
    barriers: 0,
    scalar: 0,
  };
  const listing = (
    whole: Partial<typeof none & Record<'multiplyAdds' | 'vector' | 'sharedBytes', number>>,
    waves = 8,
  ) => {
    const counts = { ...none, multiplyAdds: 0, vector: 0, sharedBytes: 0, ...whole };
    const [own] = readListings(excerpt);
    return { ...own, waves, counts, loops: [{ ...counts, depth: 0, trips: 1, whole: counts }] };
  };

  it('is the least of what the instructions, workgroup memory and the waves allow', () => {
    const arithmetic = { multiplyAdds: 800, vector: 1000, sharedBytes: 800, globalLoads: 4, globalBytes: 64 };
    expect(roofOf(listing(arithmetic))).toMatchObject({ roof: 0.8, boundBy: 'vector instructions' });
    expect(roofOf(listing({ ...arithmetic, sharedBytes: 1600 }))).toMatchObject({
      roof: 0.5,
      boundBy: 'workgroup memory',
    });
    expect(roofOf(listing(arithmetic, 2))).toMatchObject({ boundBy: 'latency' });
    expect(roofOf(listing(arithmetic, 2)).roof).toBeCloseTo(0.8 * (1000 / 1500));
  });

  it('counts several loops as often as they are said to run, those with the most multiply-adds first', () => {
    const loop = (multiplyAdds: number, vector: number) => {
      const counts = { ...none, multiplyAdds, vector, sharedBytes: 0 };
      return { ...counts, depth: 0, trips: 1, whole: counts };
    };
    const own = { ...listing({}), loops: [loop(50, 100), loop(100, 100), loop(1, 100)] };
    expect(roofOf(own, [3, 2])).toMatchObject({ roof: 400 / 500, counted: { multiplyAdds: 400, vector: 500 } });
  });

  it('is none where each byte of memory serves little arithmetic', () => {
    expect(roofOf(listing({ multiplyAdds: 10, vector: 20, globalLoads: 2, globalBytes: 32 }))).toMatchObject({
      roof: null,
      boundBy: 'memory',
    });
  });
});

describe('stored lines', () => {
  const line = (fields: Partial<IsaLine>): IsaLine =>
    ({ kernel: 'k', shape: 's', program: 'p', hash: 'a', spills: 0, roof: 0.5, ...fields }) as IsaLine;

  it('are outdated when the newest is of another text', () => {
    const program = { kernel: 'k', shape: 's', program: 'p', variant: null, hash: 'b' };
    expect(outdated([program], [])).toEqual(['k | s | p']);
    expect(outdated([program], [line({ hash: 'b' }), line({})])).toEqual(['k | s | p']);
    expect(outdated([program], [line({}), line({ hash: 'b' })])).toEqual([]);
  });

  it('need a reason where a program got worse', () => {
    expect(unexplained([line({}), line({ roof: 0.4 })])).toEqual([
      'k | s | p: could reach 40 % of the multiply-add peak, was 50 %',
    ]);
    expect(unexplained([line({}), line({ spills: 3 })])).toEqual(['k | s | p: spills 3 registers, was 0']);
    expect(unexplained([line({}), line({ roof: 0.4, reason: 'smaller code' })])).toEqual([]);
    expect(unexplained([line({}), line({ roof: 0.49 })])).toEqual([]);
    expect(unexplained([line({}), line({ roof: 0.4, shape: 'another' })])).toEqual([]);
  });
});

describe('the committed lines', () => {
  it('are of the kernels as they are, and worse ones have a reason', async () => {
    const lines = await readJsonLines<IsaLine>(join(root, 'bench/results/isa/navi31.jsonl'));
    const programs = isaCases.flatMap((one) => programsOf(one, GPU_TARGET));
    expect(outdated(programs, lines), 'GPU kernels changed: run `npm run isa` and commit its lines').toEqual([]);
    expect(unexplained(lines)).toEqual([]);
  });

  it('show that the matrix variant is made of matrix instructions', async () => {
    const lines = await readJsonLines<IsaLine>(join(root, 'bench/results/isa/navi31.jsonl'));
    const newest = [...histories(lines).values()].map((history) => history[history.length - 1]);
    const products = newest.filter(({ variant }) => variant === 'matrix');
    expect(new Set(products.map(({ program }) => program))).toEqual(new Set(['linear', 'conv2d', 'convTranspose2d']));
    for (const { counted, spills } of products) {
      expect(counted.multiplyAdds).toBe(128 * counted.matrix!);
      expect(spills).toBe(0);
    }
  });
});

describe('the document', () => {
  it('gets the table between its marks', () => {
    const [start, end] = ['<!-- Written by npm run isa:table -->', '<!-- End of what npm run isa:table writes -->'];
    expect(withTable(`a\n${start}\nold\n${end}\nb\n`, [])).toBe(`a\n${start}\n\n\n${end}\nb\n`);
    expect(() => withTable('a', [])).toThrow('needs the lines');
  });
});
