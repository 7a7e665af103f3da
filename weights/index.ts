/** Weights of networks: descriptions of checkpoints, and reading, recognizing and writing of files. In reading order. */
export * from './errors.ts';
export * from './network.ts';
export { fileSource, recognizeFiles, syntheticSource, type WeightSource } from './load.ts';
export {
  type NetworkWeights,
  type WeightSet,
  fileSet,
  findWeights,
  missingWeights,
  syntheticSet,
  weightsOf,
} from './sets.ts';
export {
  type Naming,
  type Rule,
  type Scheme,
  candidatesFor,
  detectNaming,
  namesInScheme,
  networkMark,
  officialPlace,
  stripPrefix,
} from './names/index.ts';
export { bytesSource, type ByteSource } from './byteSource.ts';
export { SafetensorsFile } from './safetensors.ts';
export { writeSafetensors } from './safetensorsWriter.ts';
export { isSafetensors, isTorch, stemOf, WEIGHT_ENDINGS } from './fileName.ts';
export { convertTorch } from './convert/convertTorch.ts';
export type { Dtype, TensorValues } from './dtype.ts';
export type { TensorToWrite } from './tensorToWrite.ts';
export {
  bundled,
  checkpoints,
  findCheckpoint,
  tensorBytes,
  unpublished,
  type Checkpoint,
  type CheckpointFile,
  type License,
  type SourceName,
} from './manifest.ts';
export { syntheticTensors, syntheticTorch } from './syntheticFile.ts';
export { syntheticTensor, syntheticWeight } from './synthetic.ts';
export * as scene from './syntheticScene.ts';
