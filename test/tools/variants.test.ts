import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { differenceOf } from '../../tools/variants/difference.ts';
import { variantsDocument } from '../../tools/variants/document.ts';
import { addLine, readLines, type VariantLine } from '../../tools/variants/lines.ts';
import { readParity } from '../../tools/variants/parityLines.ts';
import { formatsOf, runFormat, synthName, variantsOf } from '../../tools/variants/plan.ts';
import type { ParityLine } from '../../tools/parity/report.ts';
import { findCheckpoint } from '../../weights/index.ts';

const bytesOf = (values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

describe('the change that f16 weights make', () => {
  it('of masks is overlap over union', () => {
    expect(differenceOf('segment', Uint8Array.of(0, 1, 1, 1), Uint8Array.of(1, 1, 1, 0))).toEqual({
      ...{ of: 'mask', iou: 0.5, different: 2, pixels: 4 },
    });
    expect(() => differenceOf('segment', new Uint8Array(3), new Uint8Array(3))).toThrow('two empty masks');
  });

  it('of depths is relative to f32', () => {
    expect(differenceOf('depth', bytesOf([2, 4]), bytesOf([3, 4]))).toEqual({
      ...{ of: 'depth', meanRelative: 0.25, maxRelative: 0.5 },
    });
  });

  it('of points counts those of both and of one', () => {
    const [a, b, c] = [
      [1, 2, 3],
      [1, 2, -3],
      [0.25, 0, 0],
    ];
    expect(differenceOf('complete', bytesOf([...a, ...b]), bytesOf([...b, ...c]))).toEqual({
      ...{ of: 'points', iou: 1 / 3, both: 1, onlyF32: 1, onlyF16: 1 },
    });
  });

  it('reads floats out of other bytes', () => {
    const view = Buffer.concat([Uint8Array.of(1), bytesOf([1, 2, 3])]).subarray(1);
    expect(differenceOf('complete', view, bytesOf([1, 2, 3]))).toMatchObject({ both: 1, onlyF32: 0, onlyF16: 0 });
  });

  it('cannot be told of results of two sizes, or of none', () => {
    expect(() => differenceOf('segment', new Uint8Array(3), new Uint8Array(4))).toThrow('3 and 4 bytes');
    expect(() => differenceOf('depth', new Uint8Array(), new Uint8Array())).toThrow('0 and 0 bytes');
    expect(() => differenceOf('complete', bytesOf([]), bytesOf([1, 2, 3]))).toThrow('0 and 12 bytes');
  });
});

describe('the plan', () => {
  it('has every variant, in each of its formats', () => {
    expect(variantsOf([])).toHaveLength(7);
    expect(variantsOf(['zoed-k', 'sam-vit-b']).map(({ id }) => id)).toEqual(['sam-vit-b', 'zoed-k']);
    expect(() => variantsOf(['vit_b'])).toThrow('there is no variant vit_b; there are sam-vit-b');
    expect(formatsOf(findCheckpoint('zoed-n')!)).toEqual(['official', 'huggingface', 'torch']);
    expect(formatsOf(findCheckpoint('mcc')!)).toEqual(['official', 'torch']);
    expect(variantsOf([]).map(synthName).sort()).toEqual(
      ['mcc', 'vit_b', 'vit_h', 'vit_l', 'zoed_k', 'zoed_n', 'zoed_nk'], // as `unflat weights synth` names them
    );
  });

  it('runs each precision from a format that there is', () => {
    for (const variant of variantsOf([])) {
      for (const precision of ['f32', 'f16'] as const)
        expect(formatsOf(variant)).toContain(runFormat(variant, precision));
    }
  });
});

const about = {
  ...{ unflat: '0.1.0', commit: 'abc', date: '2026-01-01', processor: 'P', cores: 2, load: 1, variant: 'sam-vit-b' },
};
const file = {
  ...{
    ...about,
    kind: 'file',
    format: 'torch',
    bytes: 375e6,
    writeSeconds: 1,
    writeCpuSeconds: 1,
    writePeakBytes: 2 ** 27,
  },
  ...{ convertSeconds: 12.3, convertCpuSeconds: 5, convertPeakBytes: 2 ** 28, readSeconds: 2.5, readCpuSeconds: 2 },
  readPeakBytes: 2 ** 27,
  tensorsSha256: '0123456789abcdef',
} satisfies VariantLine;
const run = {
  ...{ ...about, kind: 'run', format: 'official', precision: 'f16', adapter: 'A', weightBytes: 2 ** 28 },
  ...{ openSeconds: 1, loadSeconds: 3, loadCpuSeconds: 4, loadPeakBytes: 3 * 2 ** 28, runSeconds: 20 },
  ...{ runCpuSeconds: 40, peakBytes: 2 ** 30, outputSha256: 'ff' },
} satisfies VariantLine;

describe('lines', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unflat-variants-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are read back, the last of each key', async () => {
    const path = join(folder, 'variants.jsonl');
    expect((await readLines(path)).size).toBe(0);
    for (const line of [file, run, { ...file, bytes: 5 }]) await addLine(path, line);
    const lines = await readLines(path);
    expect([...lines.keys()]).toEqual(['file sam-vit-b torch', 'run sam-vit-b f16']);
    expect(lines.get('file sam-vit-b torch')).toEqual({ ...file, bytes: 5 });
  });

  it('of comparisons are read back, the last of each fixture', async () => {
    expect(await readParity(folder)).toEqual([]);
    const [a, b] = [{ fixture: 'a', ok: false }, { fixture: 'b' }];
    await writeFile(join(folder, 'parity.jsonl'), [a, b, { ...a, ok: true }].map((x) => JSON.stringify(x)).join('\n'));
    expect(await readParity(folder)).toEqual([{ ...a, ok: true }, b]);
  });
});

describe('the document', () => {
  it('has a row for each line', () => {
    const f16 = { ...about, kind: 'f16', of: 'mask', iou: 0.99, different: 30, pixels: 3000 } satisfies VariantLine;
    const tensors = [
      { name: 'x', how: 'fused', maxError: 1e-4, nmse: 0, bound: 4e-4, ok: true },
      { name: 'y', how: 'fused', maxError: 0, nmse: 0, bound: 0, ok: true },
    ];
    const parity = { fixture: 'full', ok: true, comparisons: 2, worstShare: 0.25, tensors } as unknown as ParityLine;
    const text = variantsDocument(new Map([file, run, f16].map((line, i) => [`${i}`, line])), [parity]);
    const rows = text
      .split('\n')
      .filter((line) => /^\| (sam-vit-b|full)/.test(line))
      .map((line) =>
        line
          .slice(2, -2)
          .split('|')
          .map((cell) => cell.trim()),
      );
    expect(rows).toEqual([
      ['sam-vit-b', 'torch', '375 MB', '12 s (5.0 s)', '256 MiB', '2.5 s (2.0 s)', '128 MiB', '0123456789ab'],
      ['sam-vit-b', 'f16', '256 MiB', '3.0 s (4.0 s)', '512 MiB', '20 s (40 s)', '1024 MiB'],
      ['sam-vit-b', 'mask', 'IoU 0.99000', '30 of 3000 pixels differ'],
      ['full', 'pass', '2', '25 % of its bound', 'x, fused: 1.0e-4 of 4.0e-4'],
    ]);
    expect(text).toContain('Measured on 2 cores of P, A.\nLoad of the machine meanwhile: 1.0 to 1.0.');
  });

  it('leaves out what was not measured', () => {
    expect(variantsDocument(new Map(), [])).not.toContain('##');
  });
});
