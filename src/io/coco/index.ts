/** COCO's JSON files of masks. */
export { CocoError, decodeRle, encodeRle, type CocoRle } from './rle.ts';
export { cocoResults, decodeCocoResults, encodeCocoResults, type CocoResult, type NumberedMask } from './results.ts';
