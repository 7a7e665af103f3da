/**
 * The folded point block: its attention, rewritten exactly so that it needs a few numbers for each point.
 *
 * Only the class token of each window is used, and its query is the same in all windows. So, for each head, with
 * y = norm1(token) = r (x - mean x) gamma + beta:
 *   logit  = scale (q . Wk y) = (scale Wk^T q) . y                  q . bk adds the same to all logits
 *   result = proj(sum a (Wv y + bv)) = P Wv (sum a y) + P bv        the weights a sum to 1
 * Further, x = W p + c_j, where the point p is in one of few states j. For a valid point, c_j is the position code of
 * its place plus the bias; for an invalid one, the position code plus the token for missing points; for the class
 * token, the token plus its position code. So x - mean x = W' p + e_j (both centered over channels). Its variance is a
 * quadratic form of p, logits are r (a . p + b_j), and the result is linear in sum a r p and in the weights a r of the
 * states. That linear map is one matrix, computed here. Keys, values and the tokens themselves are never computed.
 */
import type { MccConfig } from './config.ts';
import type { WeightName } from '../../graph/constantSpec.ts';
import { EPS, POINT_WINDOW } from './constants.ts';

/** Weights that the fold is computed from, in the order in which the functions below take them. */
export function foldNeeds(prefix: string, { embed: C }: Pick<MccConfig, 'embed'>): WeightName[] {
  const block = `${prefix}.blocks.0`;
  return [
    { name: `${prefix}.cls_token`, shape: [1, 1, C] },
    { name: `${prefix}.two_d_pos_embed`, shape: [1, POINT_WINDOW ** 2 + 1, C] },
    { name: `${prefix}.invalid_xyz_token`, shape: [C] },
    { name: `${prefix}.pos_embed.weight`, shape: [C, 3] },
    { name: `${prefix}.pos_embed.bias`, shape: [C] },
    { name: `${block}.norm1.weight`, shape: [C] },
    { name: `${block}.norm1.bias`, shape: [C] },
    { name: `${block}.attn.qkv.weight`, shape: [3 * C, C] },
    { name: `${block}.attn.qkv.bias`, shape: [3 * C] },
    { name: `${block}.attn.proj.weight`, shape: [C, C] },
    { name: `${block}.attn.proj.bias`, shape: [C] },
  ];
}

/** A centered token is a sum of these directions: W' along x, y and z, and e_j of its state. */
interface Directions {
  readonly axes: readonly Float64Array[];
  readonly states: readonly Float64Array[];
}

const centered = (x: ArrayLike<number>): Float64Array => {
  let mean = 0;
  for (let c = 0; c < x.length; c++) mean += x[c] / x.length;
  return Float64Array.from({ length: x.length }, (_, c) => x[c] - mean);
};

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += a[c] * b[c];
  return sum;
};

/** Directions, with the states in the order of the kernel: class token, places with a valid point, places without. */
function directionsOf([token, table, missing, w, b]: readonly Float32Array[]): Directions {
  const C = token.length;
  const place = (n: number, rest: Float32Array) =>
    centered(Float64Array.from({ length: C }, (_, c) => table[n * C + c] + rest[c]));
  const places = Array.from({ length: POINT_WINDOW ** 2 }, (_, i) => i + 1);
  const axes = [0, 1, 2].map((axis) => centered(Float64Array.from({ length: C }, (_, c) => w[3 * c + axis])));
  return {
    axes,
    states: [place(0, token), ...places.map((n) => place(n, b)), ...places.map((n) => place(n, missing))],
  };
}

/** `spread` of the kernel, [states + 2, 4]. */
export function foldSpread(...weights: Float32Array[]): Float32Array {
  const { axes, states } = directionsOf(weights);
  const C = weights[0].length;
  const [x, y, z] = axes;
  const rows = states.map((e) => [...axes.map((a) => (2 * dot(a, e)) / C), dot(e, e) / C]);
  rows.push([dot(x, x) / C, dot(y, y) / C, dot(z, z) / C, 0]);
  rows.push([(2 * dot(x, y)) / C, (2 * dot(x, z)) / C, (2 * dot(y, z)) / C, 0]);
  return Float32Array.from(rows.flat());
}

/** `scores` of the kernel, [states + 3, heads]. */
export const foldScores =
  (heads: number) =>
  (...weights: Float32Array[]): Float32Array => {
    const { axes, states } = directionsOf(weights);
    const [, , , , , gamma, beta, qkv, qkvBias] = weights;
    const C = gamma.length;
    const d = C / heads;
    const scale = 1 / Math.sqrt(dot(states[0], states[0]) / C + EPS);
    const y = states[0].map((v, c) => v * scale * gamma[c] + beta[c]); // norm1 of the class token
    const keys = Array.from({ length: heads }, () => new Float64Array(C)); // scale Wk^T q gamma
    for (let row = 0; row < C; row++) {
      const q = (qkvBias[row] + dot(qkv.subarray(row * C, (row + 1) * C), y)) / Math.sqrt(d);
      const key = keys[Math.floor(row / d)];
      for (let c = 0; c < C; c++) key[c] += q * qkv[(C + row) * C + c] * gamma[c];
    }
    return Float32Array.from([...states, ...axes].flatMap((direction) => keys.map((key) => dot(key, direction))));
  };

/** The matrix from the kernel's result to the projected attention, [C, heads * (3 + states)]. */
export const foldProjection =
  (heads: number) =>
  (...weights: Float32Array[]): Float32Array => {
    const { axes, states } = directionsOf(weights);
    const [, , , , , gamma, , qkv, , proj] = weights;
    const C = gamma.length;
    const d = C / heads;
    const directions = [...axes, ...states].map((v) => v.map((x, c) => x * gamma[c]));
    const width = directions.length;
    const out = new Float32Array(C * heads * width);
    const row = new Float64Array(width);
    for (let h = 0; h < heads; h++) {
      // Values of the directions: Wv of this head, [d][width].
      const values = Array.from({ length: d }, (_, i) => {
        const wv = qkv.subarray((2 * C + h * d + i) * C, (2 * C + h * d + i + 1) * C);
        return Float64Array.from(directions, (v) => dot(wv, v));
      });
      for (let e = 0; e < C; e++) {
        row.fill(0);
        for (let i = 0; i < d; i++) {
          const p = proj[e * C + h * d + i];
          for (let f = 0; f < width; f++) row[f] += p * values[i][f];
        }
        out.set(row, (e * heads + h) * width);
      }
    }
    return out;
  };

/** The constant part of the projected attention: proj(Wv beta + bv), [C]. */
export function foldBias(...weights: Float32Array[]): Float32Array {
  const [, , , , , , beta, qkv, qkvBias, proj, projBias] = weights;
  const C = beta.length;
  const values = Float64Array.from({ length: C }, (_, i) => {
    const row = 2 * C + i;
    return qkvBias[row] + dot(qkv.subarray(row * C, (row + 1) * C), beta);
  });
  return projBias.map((b, e) => b + dot(proj.subarray(e * C, (e + 1) * C), values));
}
