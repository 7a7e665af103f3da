/** Pictures of colored points, in float64: splats, smoothing, light, with the same steps as the WGSL files. */
import type { View } from '../shared/view.ts';
import { BAND, SMOOTHING } from './renderPoints.ts';

const STEPS = 0x7fffff;
const LIGHT = [-0.4, 0.7, 0.6];

type Vec3 = [number, number, number];
const dot = (a: readonly number[], b: readonly number[]): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const clamp = (v: number, low: number, high: number): number => Math.min(high, Math.max(low, v));
const mix = (a: number, b: number, t: number): number => a + (b - a) * t;
function smoothstep(low: number, high: number, v: number): number {
  const t = clamp((v - low) / (high - low), 0, 1);
  return t * t * (3 - 2 * t);
}

/** @returns [height, width] RGBA8 words */
export function renderPointsRef(
  points: ArrayLike<number>,
  colors: ArrayLike<number>,
  size: { width: number; height: number },
  radius: number,
  views: readonly View[],
): Uint32Array {
  const picture = new Uint32Array(size.width * size.height);
  for (const view of views) {
    const image = new Image(view, size.width, radius);
    image.splat(points, colors);
    for (const spread of SMOOTHING) image.smooth(spread);
    image.each((x, y) => (picture[y * size.width + x] = image.shade(x, y)));
  }
  return picture;
}

class Image {
  /** Weighted mean r, g, b (0..1) and depth of each pixel, and the weight. */
  private readonly color = new Map<number, Vec3>();
  private readonly weight = new Map<number, number>();
  private depth = new Map<number, number>();
  private readonly cx: number;
  private readonly cy: number;

  constructor(
    private readonly view: View,
    private readonly width: number,
    private readonly radius: number,
  ) {
    this.cx = (view.rect.left + view.rect.right) / 2;
    this.cy = (view.rect.top + view.rect.bottom) / 2;
  }

  each(visit: (x: number, y: number) => void): void {
    const { left, top, right, bottom } = this.view.rect;
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) visit(x, y);
  }

  private reachAt(depth: number): number {
    return clamp((this.view.focal * this.radius) / depth, 0.8, 64);
  }

  splat(points: ArrayLike<number>, colors: ArrayLike<number>): void {
    const { matrix: m, focal, near, far } = this.view;
    const discs = Array.from({ length: points.length / 3 }, (_, i) => {
      const [x, y, z] = [0, 1, 2].map(
        (row) => m[row] * points[3 * i] + m[4 + row] * points[3 * i + 1] + m[8 + row] * points[3 * i + 2] + m[12 + row],
      );
      const steps = Math.floor(((-z - near) / (far - near)) * STEPS);
      return { x: this.cx - (x / z) * focal, y: this.cy + (y / z) * focal, depth: -z, steps, word: colors[i] };
    }).filter(({ depth }) => depth > near && depth < far);
    const band = Math.max(1, Math.round(((BAND * this.radius) / (far - near)) * STEPS));
    this.each((x, y) => {
      const pixel = y * this.width + x;
      const covering = discs
        .map((disc) => {
          const reach = this.reachAt(disc.depth);
          return { ...disc, inside: 1 - ((x + 0.5 - disc.x) / reach) ** 2 - ((y + 0.5 - disc.y) / reach) ** 2 };
        })
        .filter(({ inside }) => inside > 0);
      if (covering.length === 0) return;
      const middles = covering.filter(({ inside }) => inside > 0.4);
      const nearest = Math.min(...(middles.length ? middles : covering).map(({ steps }) => steps));
      const sums = [0, 0, 0, 0, 0];
      for (const { steps, inside, word } of covering) {
        const behind = Math.max(0, steps - nearest);
        if (behind > band) continue;
        const weight = Math.floor(inside * inside * 255 + 0.5);
        const channels = [word & 255, (word >>> 8) & 255, (word >>> 16) & 255, Math.floor((behind / band) * 255)];
        channels.forEach((c, k) => (sums[k] += weight * c));
        sums[4] += weight;
      }
      if (sums[4] === 0) return;
      const mean = sums.slice(0, 4).map((s) => s / 255 / sums[4]);
      this.color.set(pixel, mean.slice(0, 3) as Vec3);
      this.weight.set(pixel, sums[4]);
      this.depth.set(pixel, near + ((nearest + mean[3] * band) * (far - near)) / STEPS);
    });
  }

  private depthAt(x: number, y: number): number {
    const { left, top, right, bottom } = this.view.rect;
    return this.depth.get(clamp(y, top, bottom - 1) * this.width + clamp(x, left, right - 1)) ?? 0;
  }

  smooth(spread: number): void {
    const { left, top, right, bottom } = this.view.rect;
    const smoothed = new Map<number, number>();
    for (const [pixel, here] of this.depth) {
      const [x, y] = [pixel % this.width, Math.floor(pixel / this.width)];
      const step = (spread * this.view.focal * this.radius) / here / 3;
      let sum = 0;
      let total = 0;
      for (let j = -3; j <= 3; j++) {
        for (let i = -3; i <= 3; i++) {
          const [u, v] = [x + Math.round(i * step), y + Math.round(j * step)];
          if (u < left || v < top || u >= right || v >= bottom) continue;
          const depth = this.depthAt(u, v);
          const near = Math.max(0, 1 - ((depth - here) / (3 * this.radius)) ** 2);
          const weight = near * near * Math.exp(-(i * i + j * j) / 9);
          sum += weight * depth;
          total += weight;
        }
      }
      smoothed.set(pixel, sum / total);
    }
    this.depth = smoothed;
  }

  private position(x: number, y: number, depth: number): Vec3 {
    const { focal } = this.view;
    return [((x + 0.5 - this.cx) / focal) * depth, (-(y + 0.5 - this.cy) / focal) * depth, -depth];
  }

  private tangent(x: number, y: number, dx: number, dy: number): Vec3 {
    const z = this.depthAt(x, y);
    const here = this.position(x, y, z);
    const [ahead, behind] = [this.depthAt(x + dx, y + dy), this.depthAt(x - dx, y - dy)];
    const sign = ahead > 0 && (behind === 0 || Math.abs(ahead - z) <= Math.abs(behind - z)) ? 1 : -1;
    const there = sign > 0 ? ahead : behind;
    if (there === 0) return [(dx * z) / this.view.focal, (-dy * z) / this.view.focal, 0];
    const other = this.position(x + sign * dx, y + sign * dy, there);
    return here.map((v, k) => sign * (other[k] - v)) as Vec3;
  }

  private hidden(x: number, y: number, z: number, reach: number): number {
    let sum = 0;
    for (const ring of [1, 2]) {
      for (let k = 0; k < 8; k++) {
        const angle = (k + 0.5 * ring) * 0.785398;
        const far = reach * 1.5 * ring;
        const there = this.depthAt(x + Math.round(Math.cos(angle) * far), y + Math.round(Math.sin(angle) * far));
        const rise = (z - there) / this.radius;
        if (there > 0 && rise < 12) sum += smoothstep(0.6, 3, rise) * (1 - smoothstep(6, 12, rise));
      }
    }
    return sum / 16;
  }

  shade(x: number, y: number): number {
    const { left, top, right, bottom } = this.view.rect;
    const away = Math.hypot((x + 0.5 - left) / (right - left) - 0.5, (y + 0.5 - top) / (bottom - top) - 0.45);
    const glow = 1 - smoothstep(0.1, 0.9, away);
    let color = [mix(0.8, 0.965, glow), mix(0.82, 0.97, glow), mix(0.85, 0.975, glow)];
    const pixel = y * this.width + x;
    const z = this.depthAt(x, y);
    if (z > 0) {
      const reach = this.reachAt(z);
      const step = Math.max(1, Math.round(0.5 * reach));
      const [a, d] = [this.tangent(x, y, step, 0), this.tangent(x, y, 0, step)];
      const normal = [d[1] * a[2] - d[2] * a[1], d[2] * a[0] - d[0] * a[2], d[0] * a[1] - d[1] * a[0]];
      const lit = 0.5 + (0.5 * dot(normal, LIGHT)) / Math.hypot(...normal);
      const light = (0.35 + 0.85 * lit * lit) * (1 - 0.75 * this.hidden(x, y, z, reach));
      const cover = Math.min(this.weight.get(pixel)! / 40, 1);
      const own = this.color.get(pixel)!;
      color = color.map((c, k) => mix(c, Math.sqrt(Math.min(own[k] * own[k] * light, 1)), cover));
    }
    const [r, g, b] = color.map((c) => Math.floor(c * 255 + 0.5));
    return (r | (g << 8) | (b << 16) | (255 << 24)) >>> 0;
  }
}
