/** The modules of MCC: for objects and for scenes. Multiview Compressive Coding, arXiv:2301.08247. */
import { choose } from '../../kernels/variant.ts';
import { mccConfigs, sceneConfigs, type MccConfig } from './config.ts';
import { defineNetwork, type NetworkModule } from '../networkModule.ts';
import type { CompleterRole } from '../roles.ts';
import { colorSide } from './encoder.ts';
import { encoderGraph, queryGraph } from './graphs.ts';
import { Mcc } from './mcc.ts';
import { sweepStrategies } from './strategies.ts';
import { sweepPlans } from './sweepMemory.ts';

/** What both modules have: the network is the same. */
const shared = {
  torchKey: 'model',
  // The packed decoder of the sweep and its separate predictions read the same tensors, in other forms.
  record(config, target) {
    const strategy = target ? choose('sweep', sweepStrategies, target, config).variant.name : 'layered';
    const precision = target?.precision;
    const query = queryGraph({ config, precision, count: 1, temperature: 1, strategy });
    return [encoderGraph({ config, precision, side: colorSide(config) }), query].map(({ graph }) => graph);
  },
  plans(config, target) {
    const strategy = choose('sweep', sweepStrategies, target, config).variant.name;
    return sweepPlans(config, target.precision, strategy);
  },
  create: (shared, config) => new Mcc(shared, config),
} satisfies Partial<NetworkModule<MccConfig, CompleterRole>>;

const naming = { starts: { official: ['blocks.', 'blocks_xyz.', 'decoder_blocks.', 'xyz_pos_embed.'] }, rules: [] };

export const mccModule = defineNetwork<MccConfig, 'complete', 'mcc'>({
  ...shared,
  id: 'mcc',
  title: 'MCC',
  role: 'complete',
  configs: mccConfigs,
  defaultConfig: 'full',
  naming,
  typedName: (config) => (config === 'full' ? 'mcc' : `mcc_${config}`),
});

export const mccSceneModule = defineNetwork<MccConfig, 'scene', 'mccScene'>({
  ...shared,
  id: 'mccScene',
  title: 'MCC for scenes',
  role: 'scene',
  configs: sceneConfigs,
  defaultConfig: 'hypersim',
  naming: { ...naming, setting: 'use_hypersim' },
  typedName: (config) => `mcc_scene_${config}`,
});
