import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJsonLines } from '../../tools/jsonLines.ts';
import { withMarked } from '../../tools/markdown.ts';
import { peerCases } from '../../tools/peers/cases.ts';
import { differenceOf } from '../../tools/peers/compare.ts';
import { newestRounds, peersSection, peersTable } from '../../tools/peers/document.ts';
import type { PeerLine } from '../../tools/peers/lines.ts';
import { Peer } from '../../tools/peers/peer.ts';
import { permute, plainAttention, transposed } from '../../tools/peers/ways.ts';
import { root } from '../../tools/setup/process.mjs';

const line = (own: Partial<PeerLine>): PeerLine => ({
  ...{ unflat: '0.1.0', commit: null, date: '2026-01-01', processor: 'P', cores: 2, adapter: 'A', load: 1 },
  ...{ kernel: 'linear', shape: '1 x 2 x 3', peer: 'unflat', version: '', how: 'subgroup8', rounds: 3, runs: 9 },
  ...{ medianMs: 2, bestMs: 1, difference: null, times: null },
  ...own,
});
const rival = (own: Partial<PeerLine>): PeerLine =>
  line({ peer: 'onnxruntime', version: 'onnxruntime 1', how: 'Gemm', difference: 1e-6, times: 8, ...own });

describe('peers', () => {
  it('answer requests in a process of their own, which may fail', async () => {
    const program = `
      const { createInterface } = require('node:readline');
      createInterface(process.stdin).on('line', (line) => {
        const request = JSON.parse(line);
        if (request.slot === 1) process.exit(3);
        const replies = { hello: { version: 'echo 1' }, turn: { times: [request.ms] }, load: { error: 'no job' } };
        console.log(JSON.stringify(replies[request.do]));
      });`;
    const peer = await Peer.start('echo', [process.execPath, '-e', program], process.env);
    try {
      expect(peer.version).toBe('echo 1');
      expect(await peer.ask({ do: 'turn', slot: 0, ms: 7 })).toEqual({ times: [7] });
      await expect(peer.ask({ do: 'load', slot: 0, job: {}, output: null })).rejects.toThrow(
        'echo cannot load: no job',
      );
      await expect(peer.ask({ do: 'turn', slot: 1, ms: 7 })).rejects.toThrow('echo cannot turn: it ended');
    } finally {
      peer.stop();
    }
    await expect(Peer.start('nobody', ['/no/such/program'], process.env)).rejects.toThrow('nobody cannot hello');
  });

  it('get tensors with their axes in another order', () => {
    const data = Float32Array.from({ length: 6 }, (_, i) => i);
    expect([...permute(data, [2, 3], [1, 0])]).toEqual([0, 3, 1, 4, 2, 5]);
    const x = { name: 'x', shape: [1, 2, 3], data };
    expect(transposed(x, [2, 0, 1])).toEqual({ name: 'x', shape: [3, 1, 2], data: permute(data, [2, 3], [1, 0]) });
    const heads = { name: 'q', shape: [1, 1, 2, 3], data };
    const { nodes, inputs } = plainAttention(heads, heads, heads);
    expect(nodes.map(({ op }) => op)).toEqual(['MatMul', 'Mul', 'Softmax', 'MatMul']);
    expect(inputs[1].shape).toEqual([1, 1, 3, 2]);
  });

  it('compute each case in as many values as we do', () => {
    const masks = peerCases.find(({ own }) => own.kernel === 'matmul')!;
    for (const { job } of masks.ways()) {
      const tensors = 'nodes' in job ? job.inputs : (job.tensors ?? []);
      expect(tensors.map(({ shape }) => shape)).toEqual([
        [4, 32],
        [32, 65536],
      ]);
    }
  });

  it('are wrong when their results are others', () => {
    expect(differenceOf([1, 2, 4], [1, 2, 5])).toBe(0.2);
    expect(differenceOf([1, NaN], [1, 2])).toBe(Infinity);
    expect(differenceOf([1], [1, 2])).toBe(Infinity);
  });
});

describe('the table against peers', () => {
  it('takes the fastest right way of the newest run', () => {
    const lines = [
      line({}),
      rival({ medianMs: 100 }),
      line({ date: '2026-01-02' }),
      rival({ date: '2026-01-02', medianMs: 15 }),
      rival({ date: '2026-01-02', medianMs: 20, how: 'MatMul' }),
      rival({ date: '2026-01-02', medianMs: 5, how: 'Fused', difference: 0.5 }),
      rival({ date: '2026-01-02', medianMs: 1, peer: 'pytorch', version: 'PyTorch 2', times: null }),
    ];
    expect(newestRounds(lines)).toHaveLength(1);
    expect(peersTable(lines)).toMatch(
      /linear 1 x 2 x 3 \| 2\.00 .* 15\.0 \(Gemm\) .* 7\.50 x \| 8 x, \*\*missed\*\* .* 0\.50 x/,
    );
    const section = peersSection(lines);
    expect(section).toContain('A on 2 x P. onnxruntime 1, PyTorch 2. Load');
    expect(section).toContain('- Fused for linear 1 x 2 x 3: 5.00 ms, off by 50 % of the largest value');
  });

  it('of the stored lines is in the committed document', async () => {
    const committed = await readFile(join(root, 'docs/performance.md'), 'utf8');
    const lines = await readJsonLines<PeerLine>(join(root, 'bench/results/peers/peers.jsonl'));
    expect(lines.length).toBeGreaterThan(0);
    expect(withMarked(committed, 'npm run bench:peers:table', peersSection(lines))).toBe(committed);
  });
});
