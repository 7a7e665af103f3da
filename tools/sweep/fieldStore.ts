/** Keeps the fields of full sweeps in a folder, because each takes minutes. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FileBytes } from '../../src/host/node/bytes.ts';
import { writeWhole } from '../../src/host/node/files.ts';
import type { SweptField } from '../../src/pipeline/roles.ts';
import { SafetensorsFile, writeSafetensors } from '../../weights/index.ts';

/** A sweep of a whole grid. */
export interface FullSweep {
  readonly field: SweptField;
  /** The object's threshold: that of the weights. */
  readonly threshold: number;
  readonly seconds: number;
}

export class FieldStore {
  /** @param folder undefined: nothing is kept */
  constructor(private readonly folder: string | undefined) {}

  /**
   * The sweep kept under a name; else it is made, and kept.
   * @throws UserError, WeightsError if a file cannot be read or written
   */
  async get(name: string, make: () => Promise<FullSweep>): Promise<FullSweep> {
    if (this.folder === undefined) return make();
    const path = join(this.folder, `${name.replace(/[^\w.-]+/g, '_')}.safetensors`);
    if (await stat(path).catch(() => undefined)) return read(path);
    const sweep = await make();
    await write(path, sweep);
    return sweep;
  }
}

async function write(path: string, { field, threshold, seconds }: FullSweep): Promise<void> {
  const { counts, axes, logits } = field;
  const tensors = [
    { name: 'logits', dtype: 'F32', shape: counts, data: logits },
    { name: 'axes', dtype: 'F32', shape: [axes.length], data: axes },
  ] as const;
  await writeWhole(path, writeSafetensors(tensors, { facts: JSON.stringify({ threshold, seconds }) }));
}

async function read(path: string): Promise<FullSweep> {
  const bytes = await FileBytes.open(path);
  try {
    const file = await SafetensorsFile.open(bytes);
    const logits = await file.readTensor('logits');
    const axes = await file.readTensor('axes');
    const [nx, ny, nz] = logits.shape;
    const field: SweptField = {
      counts: [nx, ny, nz],
      axes: axes.values as Float32Array,
      logits: logits.values as Float32Array,
    };
    return { field, ...(JSON.parse(file.metadata.get('facts')!) as Pick<FullSweep, 'threshold' | 'seconds'>) };
  } finally {
    await bytes.close();
  }
}
