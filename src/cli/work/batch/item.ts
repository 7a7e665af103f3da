/** One object of a batch. */
import type { StoredMask } from '../../../io/index.ts';
import type { ObjectOptions } from '../../objectOptions.ts';

export interface Item {
  /** Name of its results: a relative path with `/`. */
  readonly name: string;
  /** Path of the photo; of a frame of CO3D, path of its annotations. */
  readonly photo: string;
  /** Where the list has it, for messages. */
  readonly where: string;
  readonly options: ObjectOptions;
  /** Its mask, if the list holds it: `options.mask` is the list then, and `options.pick` the mask's number in it. */
  readonly stored?: StoredMask;
}
