/**
 * Draws examples/duck.png: a toy duck on a table, by marching rays through a signed distance field.
 * `node tools/renderExample.mjs [output]`. The picture ships with the project; anybody may use it.
 */
import sharp from 'sharp';

const WIDTH = 640;
const HEIGHT = 480;
const FOV = (55 * Math.PI) / 180;
const SAMPLES = 2; // per axis

/** @typedef {[number, number, number]} Vec */

/** @type {(a: number[], b: number[]) => Vec} */
const sub = (a, b) => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
/** @type {(a: number[], b: number[], s?: number) => Vec} */
const add = (a, b, s = 1) => [a[0] + s * b[0], a[1] + s * b[1], a[2] + s * b[2]];
/** @type {(a: number[], b: number[]) => number} */
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
/** @type {(a: number[]) => number} */
const length = (a) => Math.sqrt(dot(a, a));
/** @type {(a: number[]) => Vec} */
const unit = (a) => {
  const n = length(a);
  return [a[0] / n, a[1] / n, a[2] / n];
};
/** @type {(a: number[], b: number[], t: number) => Vec} */
const mix = (a, b, t) => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
/** @type {(x: number, low: number, high: number) => number} */
const clamp = (x, low, high) => Math.min(high, Math.max(low, x));

/**
 * Distance to an ellipsoid, good near its surface.
 * @param {Vec} p @param {Vec} center @param {Vec} radii
 */
function ellipsoid(p, center, radii) {
  const d = sub(p, center);
  const q = d.map((v, i) => v / radii[i]);
  const g = d.map((v, i) => v / radii[i] ** 2);
  const k = length(q);
  return k === 0 ? -Math.min(...radii) : (k * (k - 1)) / length(g);
}

/**
 * Smooth union: the seam is rounded over a width of k.
 * @param {number} a @param {number} b @param {number} k
 */
function blend(a, b, k) {
  const h = clamp(0.5 + (0.5 * (b - a)) / k, 0, 1);
  return b + (a - b) * h - k * h * (1 - h);
}

const YELLOW = [0.96, 0.76, 0.12];
const ORANGE = [0.93, 0.38, 0.08];
const BLACK = [0.03, 0.03, 0.04];
const RED = [0.75, 0.1, 0.12];

/**
 * Distance and color of the duck; y is up, the duck looks to +x.
 * @param {Vec} p
 * @returns {[number, number[]]}
 */
function duck(p) {
  const body = ellipsoid(p, [0, 0.62, 0], [0.95, 0.6, 0.68]);
  const tail = ellipsoid(p, [-0.9, 0.95, 0], [0.32, 0.18, 0.3]);
  const head = ellipsoid(p, [0.55, 1.45, 0], [0.47, 0.46, 0.45]);
  const wing = ellipsoid([p[0], p[1], Math.abs(p[2])], [-0.12, 0.75, 0.62], [0.5, 0.28, 0.16]);
  let distance = blend(blend(blend(body, tail, 0.25), head, 0.2), wing, 0.06);
  let color = YELLOW;
  const beak = ellipsoid(p, [1.05, 1.38, 0], [0.28, 0.09, 0.2]);
  const eye = ellipsoid([p[0], p[1], Math.abs(p[2])], [0.88, 1.6, 0.27], [0.08, 0.1, 0.08]);
  const scarf = Math.hypot(Math.hypot(p[0] - 0.42, p[2]) - 0.4, (p[1] - 1.1) * 1.1) - 0.085;
  /** @type {[number, number[]][]} */
  const parts = [
    [beak, ORANGE],
    [eye, BLACK],
    [scarf, RED],
  ];
  for (const [d, c] of parts) if (d < distance) [distance, color] = [d, c];
  return [distance, color];
}

/** @type {(p: Vec) => number} */
const scene = (p) => Math.min(duck(p)[0], p[1]);

/** @param {Vec} p */
function normalAt(p) {
  const e = 5e-4;
  return unit(
    [0, 1, 2].map((i) => {
      const step = [0, 0, 0];
      step[i] = e;
      return scene(add(p, step)) - scene(sub(p, step));
    }),
  );
}

/** @param {Vec} origin @param {Vec} direction @param {number} far */
function march(origin, direction, far) {
  for (let t = 0.01, i = 0; t < far && i < 160; i++) {
    const d = scene(add(origin, direction, t));
    if (d < 4e-4 * t) return t;
    t += d * 0.8;
  }
  return undefined;
}

const LIGHT = unit([0.55, 1.0, 0.75]);

/**
 * Share of light that reaches a point. Shadows are soft: near misses count in part.
 * @param {Vec} p
 */
function lightAt(p) {
  let lit = 1;
  for (let t = 0.03, i = 0; t < 6 && i < 60; i++) {
    const d = scene(add(p, LIGHT, t));
    if (d < 1e-3) return 0;
    lit = Math.min(lit, (10 * d) / t);
    t += clamp(d, 0.02, 0.3);
  }
  return lit;
}

/** @param {Vec} origin @param {Vec} direction */
function shade(origin, direction) {
  const t = march(origin, direction, 30);
  const sky = mix([0.78, 0.83, 0.88], [0.5, 0.6, 0.72], clamp(direction[1] * 2 + 0.6, 0, 1));
  if (t === undefined) return sky;
  const p = add(origin, direction, t);
  const n = normalAt(p);
  const [toDuck, duckColor] = duck(p);
  const onTable = p[1] < toDuck;
  const plank = Math.floor(p[2] * 1.6) % 2 === 0 ? 0.04 : 0;
  const grain = 0.03 * Math.sin(p[0] * 9 + 3 * Math.sin(p[2] * 4)) + plank;
  const color = onTable ? [0.5 + grain, 0.36 + grain, 0.25 + grain * 0.7] : duckColor;
  const sun = Math.max(0, dot(n, LIGHT)) * lightAt(add(p, n, 5e-3));
  const ambient = 0.32 + 0.18 * n[1];
  const occlusion = clamp(0.4 + 0.6 * (scene(add(p, n, 0.15)) / 0.15), 0, 1);
  const shine = onTable ? 0 : 0.35 * Math.max(0, dot(n, unit(sub(LIGHT, direction)))) ** 60;
  const lit = color.map((c) => c * (ambient * occlusion + 0.85 * sun) + shine * sun);
  return mix(lit, sky, clamp((t - 6) / 14, 0, 1));
}

/** @type {Vec} */
const eye = [2.6, 2.3, 3.1];
const target = [0.1, 0.85, 0];
const forward = unit(sub(target, eye));
const right = unit([-forward[2], 0, forward[0]]);
const up = [
  right[1] * forward[2] - right[2] * forward[1],
  right[2] * forward[0] - right[0] * forward[2],
  right[0] * forward[1] - right[1] * forward[0],
];
const focal = (0.5 * WIDTH) / Math.tan(FOV / 2);

const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
for (let y = 0; y < HEIGHT; y++) {
  for (let x = 0; x < WIDTH; x++) {
    const sum = [0, 0, 0];
    for (let s = 0; s < SAMPLES * SAMPLES; s++) {
      const u = (x + ((s % SAMPLES) + 0.5) / SAMPLES - WIDTH / 2) / focal;
      const v = (y + (Math.floor(s / SAMPLES) + 0.5) / SAMPLES - HEIGHT / 2) / focal;
      const direction = unit(add(add(forward, right, u), up, -v));
      shade(eye, direction).forEach((c, i) => (sum[i] += c / SAMPLES ** 2));
    }
    sum.forEach((c, i) => (pixels[(y * WIDTH + x) * 3 + i] = Math.round(255 * clamp(c, 0, 1) ** (1 / 1.6))));
  }
}
const output = process.argv[2] ?? 'examples/duck.png';
await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
  .png({ compressionLevel: 9 })
  .toFile(output);
console.log(`${output}: ${WIDTH} x ${HEIGHT}`);
