/** What a comparison with peers finds out: a line of JSON for each contestant of each case. */
import type { Origin } from '../origin.ts';

export interface PeerLine extends Origin {
  readonly adapter: string;
  readonly kernel: string;
  readonly shape: string;
  /** `unflat`, `onnxruntime` or `pytorch`. */
  readonly peer: string;
  /** Name and version of the library; empty for ours. */
  readonly version: string;
  /** The variant of ours, the operators of onnxruntime, the function of PyTorch. */
  readonly how: string;
  /** Medians over all turns: on the device for operators of ours, as seen by the caller for all else. */
  readonly medianMs: number;
  readonly bestMs: number;
  readonly runs: number;
  readonly rounds: number;
  /** The largest difference from our result as a share of the largest value; null for ours, and for networks. */
  readonly difference: number | null;
  /** How many times as fast as this peer we want to be at least; null for ours, and where we have no aim. */
  readonly times: number | null;
  /** Load average of the last minute: processes that wanted a processor, this one included. */
  readonly load: number;
}

/** A larger difference than this is no rounding: the peer's result is wrong. */
const MAX_DIFFERENCE = 1e-3;

export const isRight = ({ difference }: PeerLine): boolean => difference === null || difference <= MAX_DIFFERENCE;
