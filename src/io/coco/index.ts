/** COCO's JSON files of masks, and a picture of masks. */
export { masksPicture } from './picture.ts';
export { CocoError, decodeRle, encodeRle, type CocoRle } from './rle.ts';
export { decodeCocoResults, encodeCocoResults, type CocoResult, type NumberedMask } from './results.ts';
export {
  decodeStored,
  segmentationOf,
  sizeOf,
  sizeOfStored,
  storedMasks,
  type Segmentation,
  type StoredMask,
} from './stored.ts';
