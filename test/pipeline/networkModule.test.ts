import { describe, expect, it } from 'vitest';
import { neededWeights } from '../../src/graph/needs.ts';
import { Graph } from '../../src/graph/record.ts';
import { relu } from '../../src/graph/ops/index.ts';
import { encoderGraph as mccEncoder, queryGraph, wholeGraph } from '../../src/pipeline/mcc/graphs.ts';
import { sweepGraph } from '../../src/pipeline/mcc/sweepGraph.ts';
import { gridOf } from '../../src/pipeline/mcc/grid.ts';
import { networkNamed, networks } from '../../src/pipeline/registry.ts';
import { passGraph } from '../../src/pipeline/zoeDepth/graphs.ts';
import { mccConfigs } from '../../src/pipeline/mcc/config.ts';
import { specsOf } from '../../weights/index.ts';
import { zoeConfigs } from '../../src/pipeline/zoeDepth/config.ts';
import { defineNetwork } from '../../src/pipeline/networkModule.ts';
import { toyModule } from './toySegmenter/module.ts';

/** A graph that reads weights of these shapes. */
function reading(weights: Readonly<Record<string, readonly number[]>>): Graph {
  const graph = new Graph();
  for (const [name, shape] of Object.entries(weights)) relu(graph.weight(name, shape));
  return graph;
}

describe('the weights that graphs read', () => {
  it('come in the order of their first use, each once', () => {
    const found = neededWeights([reading({ b: [2], a: [3] }), reading({ c: [1], a: [3] })]);
    expect([...found]).toEqual([
      ['b', [2]],
      ['a', [3]],
      ['c', [1]],
    ]);
  });

  it('are found behind constants that are computed from them, and behind views', () => {
    const graph = new Graph();
    const needs = ['x', 'y'].map((name) => ({ name, shape: [2, 1] }));
    relu(
      graph.constant({ name: 'sum', shape: [2], needs, compute: (x, y) => x.map((v, i) => v + y[i]) }).reshape([1, 2]),
    );
    expect([...neededWeights([graph])]).toEqual([
      ['x', [2, 1]],
      ['y', [2, 1]],
    ]);
  });

  it('have one shape', () => {
    expect(() => neededWeights([reading({ a: [3] }), reading({ a: [3, 1] })])).toThrow(
      'The weight a is read as [3] and as [3, 1]. A checkpoint has one shape for it',
    );
  });
});

describe('a module', () => {
  const named = networks.flatMap((network) => Object.keys(network.configs).map((config) => network.typedName(config)));

  it('has configurations that no other network calls the same', () => expect(new Set(named).size).toBe(named.length));

  it('has a default configuration', () => {
    for (const { configs, defaultConfig } of networks) expect(configs).toHaveProperty(defaultConfig);
  });

  it('refuses to call unused what its graphs read', () => {
    const network = defineNetwork({ ...toyModule, unused: () => [{ name: 'toy.bias', shape: [1] }] });
    expect(() => specsOf(network, 'small')).toThrow('Toy reads toy.bias, which its module calls unused.');
  });

  it('says that sizes do not fit together', () => {
    const zoe = networkNamed('zoe');
    expect(() => zoe.specs({ ...zoeConfigs.small, hooks: [0, 1, 2, 7] })).toThrow(
      'configuration of ZoeDepth: expected sizes that fit together, found ZoeDepth: hooks are 0, 1, 2, 7; ' +
        'four different blocks of the 4 are needed.\n  Correct the configuration',
    );
  });
});

/** The paths that no module records must read nothing beyond what the recorded ones read. */
describe('recorded graphs cover other ways through the network', () => {
  const mcc = mccConfigs.small;
  const grid = gridOf(1);
  const sweep = (strategy: 'batched' | 'layered') =>
    sweepGraph({ config: mcc, grid, count: 4, threshold: 0.5, strategy });
  const zoe = { ...zoeConfigs.small, variant: 'K', normed: true } as const;

  it.each([
    ['the point block as written', networkNamed('mcc').specs(mcc), wholeGraph(mcc, mcc.image, 3, 1, { fold: false })],
    ['colors of 800 pixels', networkNamed('mcc').specs(mcc), mccEncoder({ config: mcc, side: 800 })],
    [
      'the packed decoder',
      networkNamed('mcc').specs(mcc),
      queryGraph({ config: mcc, count: 3, temperature: 1, strategy: 'batched' }),
    ],
    ['the sweep in one dispatch', networkNamed('mcc').specs(mcc), sweep('batched')],
    ['the sweep by layers', networkNamed('mcc').specs(mcc), sweep('layered')],
    [
      'a photo in bands',
      networkNamed('zoe').specs(zoe),
      passGraph({ config: zoe, height: 61, width: 83, pad: true, maxBytes: 96 * 64 * 32 }),
    ],
  ])('%s', (_, { tensors }, { graph }) => {
    for (const [name, shape] of neededWeights([graph]))
      expect(tensors.get(name), name).toMatchObject({ shape, used: true });
  });
});
