/** Weights: what the networks need, and where it comes from. In reading order. */
export * from './errors.ts';
export * from './config.ts';
export { networkTitles, type Network, type NetworkSpecs, type TensorSpec } from './specs/specs.ts';
export { samSpecs } from './specs/sam.ts';
export { zoeSpecs } from './specs/zoe.ts';
export { mccSpecs } from './specs/mcc.ts';
export { syntheticSource, type WeightSource } from './load.ts';
export { type WeightSet, fileSet, syntheticSet, weightsOf } from './sets.ts';
export { bytesSource, type ByteSource } from './byteSource.ts';
export { SafetensorsFile } from './safetensors.ts';
export { writeSafetensors } from './safetensorsWriter.ts';
export { convertTorch } from './convert/convertTorch.ts';
export type { Dtype, TensorValues } from './dtype.ts';
export {
  bundled,
  checkpoints,
  defaultCheckpoints,
  findCheckpoint,
  specsOf,
  tensorBytes,
  type Checkpoint,
  type CheckpointFile,
  type License,
  type SourceName,
} from './manifest.ts';
export { syntheticTensors, syntheticTorch } from './syntheticFile.ts';
export { syntheticTensor, syntheticWeight } from './synthetic.ts';
export * as scene from './syntheticScene.ts';
