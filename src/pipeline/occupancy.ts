/** Occupancy: its logits, and thresholds of its probability. It imports nothing. */

/** The logit of a threshold. Logits are compared in float32, as in the sweep. */
export const limitOf = (threshold: number): number => Math.fround(Math.log(threshold / (1 - threshold)));
