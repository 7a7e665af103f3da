/** `count` times `value`. */
export const fillRef = (count: number, value: number): Float64Array => new Float64Array(count).fill(value);
