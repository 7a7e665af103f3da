/** The weights file of a small SAM. */
import { samModule } from '../../src/pipeline/sam/module.ts';
import { syntheticTensors, writeSafetensors } from '../../weights/index.ts';
import { joined } from '../weights/files.ts';

export const smallSam = (): Promise<Uint8Array> =>
  joined(
    writeSafetensors(
      syntheticTensors(samModule.specs(samModule.configs.small), { seed: 2, scheme: 'official', dtype: 'F32' }),
    ),
  );
