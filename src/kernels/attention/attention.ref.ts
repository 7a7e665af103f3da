/** Attention in plain float64 loops, and its kinds of bias as full tensors. */

export interface AttentionRefOptions {
  readonly B: number;
  readonly N: number;
  readonly M: number;
  readonly heads: number;
  readonly scale?: number;
  /** Added to the logit of a query and a key. */
  readonly bias?: (item: number, head: number, query: number, key: number) => number;
}

/** q [B, N, C] · k, v [B, M, C] -> softmax(scale q kT + bias) v, in each of `heads` groups of features. */
export function attentionRef(
  q: ArrayLike<number>,
  k: ArrayLike<number>,
  v: ArrayLike<number>,
  { B, N, M, heads, scale, bias }: AttentionRefOptions,
): Float64Array {
  const C = q.length / (B * N);
  const d = C / heads;
  const factor = scale ?? 1 / Math.sqrt(d);
  const y = new Float64Array(B * N * C);
  const logits = new Float64Array(M);
  for (let b = 0; b < B; b++) {
    for (let h = 0; h < heads; h++) {
      for (let n = 0; n < N; n++) {
        const query = (b * N + n) * C + h * d;
        for (let m = 0; m < M; m++) {
          const key = (b * M + m) * C + h * d;
          let sum = 0;
          for (let c = 0; c < d; c++) sum += q[query + c] * k[key + c];
          logits[m] = sum * factor + (bias?.(b, h, n, m) ?? 0);
        }
        const maxLogit = logits.reduce((a, x) => Math.max(a, x), -Infinity);
        const exps = logits.map((x) => Math.exp(x - maxLogit));
        const sum = exps.reduce((a, x) => a + x, 0);
        for (let m = 0; m < M; m++) {
          for (let c = 0; c < d; c++) y[query + c] += (exps[m] / sum) * v[(b * M + m) * C + h * d + c];
        }
      }
    }
  }
  return y;
}

/** SAM's decomposed relative positions. q [B, h * w, C] unscaled · relPosH [2h - 1, d] · relPosW [2w - 1, d]. */
export function decomposedBiasRef(
  q: ArrayLike<number>,
  relPosH: ArrayLike<number>,
  relPosW: ArrayLike<number>,
  C: number,
  heads: number,
  height: number,
  width: number,
): (item: number, head: number, query: number, key: number) => number {
  const d = C / heads;
  return (item, head, query, key) => {
    const dy = Math.floor(query / width) - Math.floor(key / width) + height - 1;
    const dx = (query % width) - (key % width) + width - 1;
    const from = (item * height * width + query) * C + head * d;
    let sum = 0;
    for (let c = 0; c < d; c++) sum += q[from + c] * (relPosH[dy * d + c] + relPosW[dx * d + c]);
    return sum;
  };
}

/** BEiT's relative positions. table [(2h - 1)(2w - 1) + 3, heads]; token 0 is the class token. */
export function beitBiasRef(
  table: ArrayLike<number>,
  heads: number,
  height: number,
  width: number,
): (item: number, head: number, query: number, key: number) => number {
  const pairs = (2 * height - 1) * (2 * width - 1);
  return (_item, head, query, key) => {
    let row: number;
    if (query === 0 && key === 0) row = pairs + 2;
    else if (query === 0) row = pairs;
    else if (key === 0) row = pairs + 1;
    else {
      const dy = Math.floor((query - 1) / width) - Math.floor((key - 1) / width) + height - 1;
      const dx = ((query - 1) % width) - ((key - 1) % width) + width - 1;
      row = dy * (2 * width - 1) + dx;
    }
    return table[row * heads + head];
  };
}

/**
 * Rows [B, height * width, S] as windows [B * windows, size * size, S]; tokens outside the grid are `fill` [S].
 * `merge` is the inverse: it drops those tokens.
 */
export function windowsRef(B: number, height: number, width: number, side: number) {
  const across = Math.ceil(width / side);
  const groups = B * Math.ceil(height / side) * across;
  const perItem = groups / B;
  const rowOf = (group: number, t: number): number | undefined => {
    const w = group % perItem;
    const y = Math.floor(w / across) * side + Math.floor(t / side);
    const x = (w % across) * side + (t % side);
    return y < height && x < width ? (Math.floor(group / perItem) * height + y) * width + x : undefined;
  };
  return {
    groups,
    partition(rows: ArrayLike<number>, fill: ArrayLike<number>): Float64Array {
      const S = fill.length;
      const out = new Float64Array(groups * side * side * S);
      for (let i = 0; i < groups * side * side; i++) {
        const row = rowOf(Math.floor(i / side ** 2), i % side ** 2);
        for (let s = 0; s < S; s++) out[i * S + s] = row === undefined ? fill[s] : rows[row * S + s];
      }
      return out;
    },
    merge(windows: ArrayLike<number>, C: number): Float64Array {
      const out = new Float64Array(B * height * width * C);
      for (let i = 0; i < groups * side * side; i++) {
        const row = rowOf(Math.floor(i / side ** 2), i % side ** 2);
        for (let c = 0; c < C && row !== undefined; c++) out[row * C + c] = windows[i * C + c];
      }
      return out;
    },
  };
}

/** MCC's decoder: every query attends to the seen tokens and to itself. queries [Q, 3C] · seenK, seenV [M, C]. */
export function queryAttentionRef(
  queries: ArrayLike<number>,
  seenK: ArrayLike<number>,
  seenV: ArrayLike<number>,
  C: number,
  heads: number,
): Float64Array {
  const Q = queries.length / (3 * C);
  const M = seenK.length / C;
  const y = new Float64Array(Q * C);
  for (let i = 0; i < Q; i++) {
    const part = (from: number) => Array.from({ length: C }, (_, c) => queries[i * 3 * C + from + c]);
    const keys = [...Array.from(seenK), ...part(C)];
    const values = [...Array.from(seenV), ...part(2 * C)];
    y.set(attentionRef(part(0), keys, values, { B: 1, N: 1, M: M + 1, heads }), i * C);
  }
  return y;
}
