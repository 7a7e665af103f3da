/** The module of MCC. Multiview Compressive Coding, arXiv:2301.08247. */
import { choose } from '../../kernels/variant.ts';
import { mccConfigs, type MccConfig } from './config.ts';
import { defineNetwork } from '../networkModule.ts';
import { encoderGraph, queryGraph } from './graphs.ts';
import { Mcc } from './mcc.ts';
import { sweepStrategies } from './strategies.ts';
import { sweepPlans } from './sweepMemory.ts';

export const mccModule = defineNetwork<MccConfig, 'complete', 'mcc'>({
  id: 'mcc',
  title: 'MCC',
  role: 'complete',
  configs: mccConfigs,
  defaultConfig: 'full',
  naming: { starts: { official: ['blocks.', 'blocks_xyz.', 'decoder_blocks.', 'xyz_pos_embed.'] }, rules: [] },
  torchKey: 'model',
  typedName: (config) => (config === 'full' ? 'mcc' : `mcc_${config}`),
  // The packed decoder of the sweep and its separate predictions read the same tensors, in other forms.
  record(config, target) {
    const strategy = target ? choose('sweep', sweepStrategies, target, config).variant.name : 'layered';
    const precision = target?.precision;
    const query = queryGraph({ config, precision, count: 1, temperature: 1, strategy });
    return [encoderGraph({ config, precision, side: config.image }), query].map(({ graph }) => graph);
  },
  plans(config, target) {
    const strategy = choose('sweep', sweepStrategies, target, config).variant.name;
    return sweepPlans(config, target.precision, strategy);
  },
  create: (shared, config) => new Mcc(shared, config),
});
