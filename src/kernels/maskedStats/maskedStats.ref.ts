/** Mean, count, unbiased standard deviation per axis and the mean of the three, over valid points, in float64. */
export function maskedStatsRef(points: ArrayLike<number>, valid: ArrayLike<number>): Float64Array {
  const mean = [0, 0, 0];
  const squares = [0, 0, 0];
  let count = 0;
  const each = (visit: (i: number) => void) => {
    for (let i = 0; i < valid.length; i++) if (valid[i]) visit(i);
  };
  each(() => count++);
  each((i) => [0, 1, 2].forEach((axis) => (mean[axis] += points[3 * i + axis] / count)));
  each((i) => [0, 1, 2].forEach((axis) => (squares[axis] += (points[3 * i + axis] - mean[axis]) ** 2)));
  const deviation = squares.map((s) => Math.sqrt(s / Math.max(count - 1, 1)));
  return Float64Array.of(...mean, count, ...deviation, (deviation[0] + deviation[1] + deviation[2]) / 3);
}
