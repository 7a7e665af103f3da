/** The error for devices that are lost one after the other. */
import { DeviceError } from '../graph/errors.ts';
import type { MaskCandidate } from './roles.ts';
import type { GivenDepth } from './session/options.ts';

/** Devices that are lost in a row, after which a call ends. */
export const MAX_LOSSES = 3;

/** Results of the first steps of a reconstruction, as far as they were finished. */
export interface FinishedSteps {
  readonly mask?: Uint8Array;
  readonly candidate?: MaskCandidate;
  readonly depth?: Required<GivenDepth>;
}

/** The device was lost `MAX_LOSSES` times, and nothing was finished in between. Later calls try again with a new device. */
export class DeviceLostError extends DeviceError {
  override name = 'DeviceLostError';
  /** Results of `reconstruct` that were finished before. */
  found: FinishedSteps = {};

  /** @param last the last loss, or why there was no new device */
  constructor(last: Error) {
    const [reason] = last.message.split('\n');
    super(
      `The device was lost ${MAX_LOSSES} times in a row. ${reason}\n` +
        '  What was finished is kept. Try again, in a browser after the page was loaded again; if it happens again, use a coarser ' +
        'granularity, a smaller photo or configuration, or another adapter (--adapter), or update its driver.',
      { cause: last },
    );
  }
}
