/** Products of matrices in plain float64 loops. a [B, M, K]; b [B, K, N], or [B, N, K] with transposeB. */
export function matmulRef(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { B, M, N, K, transposeB }: { B: number; M: number; N: number; K: number; transposeB: boolean },
): Float64Array {
  const y = new Float64Array(B * M * N);
  for (let batch = 0; batch < B; batch++) {
    for (let m = 0; m < M; m++) {
      for (let n = 0; n < N; n++) {
        let sum = 0;
        for (let k = 0; k < K; k++) {
          sum += a[(batch * M + m) * K + k] * b[batch * N * K + (transposeB ? n * K + k : k * N + n)];
        }
        y[(batch * M + m) * N + n] = sum;
      }
    }
  }
  return y;
}
