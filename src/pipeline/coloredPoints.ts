/** Colored points: the one form in which points are shown, drawn, saved and measured. */
import { joinArrays } from './joinArrays.ts';

export interface ColoredPoints {
  /** [n, 3] positions. Points of a photo are in meters in its camera's frame: x right, y down, z forward. */
  readonly xyz: Float32Array;
  /** [n, 3] sRGB bytes. */
  readonly rgb: Uint8Array;
}

/** The points of several clouds as one. */
export const joinPoints = (clouds: readonly ColoredPoints[]): ColoredPoints => ({
  xyz: joinArrays(Float32Array, clouds, ({ xyz }) => xyz),
  rgb: joinArrays(Uint8Array, clouds, ({ rgb }) => rgb),
});
