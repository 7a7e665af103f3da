/** Exports of both entries: results, options and errors of the engine, and the single networks. */
export { DeviceError, KernelError, LimitError, NumericError, ShapeError } from '../graph/errors.ts';
export { DeviceLostError, type FinishedSteps } from '../pipeline/deviceLost.ts';
export { GridError } from '../pipeline/mcc/grid.ts';
export {
  CocoError,
  decodeCocoResults,
  decodeRle,
  encodeCocoResults,
  encodeRle,
  type CocoResult,
  type CocoRle,
  type NumberedMask,
} from '../io/coco/index.ts';
export type { EncodedTexture, EncodedTexturedMesh, MeshFormat, MeshFormatName, MeshToEncode } from '../io/index.ts';
export type { ColoredPoints } from '../pipeline/coloredPoints.ts';
export type { Mesh, Texture, TexturedMesh } from '../pipeline/mesh.ts';
export { GeometryError } from '../pipeline/points/geometry.ts';
export type { Crop, CropBox } from '../pipeline/points/crop.ts';
export type { Normalization } from '../pipeline/points/normalization.ts';
export { OptionError } from '../pipeline/optionError.ts';
export { PromptError } from '../pipeline/prompts.ts';
export { WeightsError } from '../../weights/index.ts';

export type { FoundMask } from '../pipeline/everything/foundMask.ts';
export type { EverythingOptions, PointGrid } from '../pipeline/everything/options.ts';
export { wholeMasks, type WholeMaskOptions, type WholeMasks } from '../pipeline/everything/wholeMasks.ts';
export { maskOf, runsOf, type MaskRuns, type PixelBox } from '../pipeline/maskRuns.ts';
export { CompletedObject, type ObjectPoints } from '../pipeline/session/completedObject.ts';
export type {
  GivenDepth,
  MeshOptions,
  ObjectOptions,
  PointMap,
  PromptOptions,
  ReconstructOptions,
} from '../pipeline/session/options.ts';
export type { ObjectMesh, SeenObject } from '../pipeline/session/objectMesh.ts';
export type {
  FailedObject,
  ObjectRequest,
  SceneObject,
  SceneOptions,
  SceneReconstruction,
} from '../pipeline/session/scene.ts';
export type { Reconstruction } from '../pipeline/session/session.ts';
export type { CallOptions, ObjectOf, StageProgress } from '../pipeline/session/stages.ts';
export type { Depth, Seen } from '../pipeline/session/steps.ts';
export type { CameraOptions, Focal, Intrinsics } from '../pipeline/camera.ts';
export type { Photo } from '../pipeline/photo.ts';
export type {
  MaskCandidate,
  PixelPoint,
  PromptBox,
  PromptPoint,
  SegmentAnswer,
  SweptField,
} from '../pipeline/roles.ts';

export { Device } from '../graph/device.ts';
export { sharedFor } from '../graph/shared.ts';
export { Mcc } from '../pipeline/mcc/mcc.ts';
export { Sam } from '../pipeline/sam/sam.ts';
export { ZoeDepth } from '../pipeline/zoeDepth/zoeDepth.ts';
