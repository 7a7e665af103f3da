/** One object of a batch. */
import type { ObjectOptions } from '../../objectOptions.ts';

export interface Item {
  /** Name of its results: a relative path with `/`. */
  readonly name: string;
  /** Path of the photo. */
  readonly photo: string;
  /** Where the list has it, for messages. */
  readonly where: string;
  readonly options: ObjectOptions;
}
