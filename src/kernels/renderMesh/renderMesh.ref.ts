/** Pictures of meshes, in float64: coverage, colors, light, with the same steps as the WGSL files. */
import type { View } from '../shared/view.ts';
import { type Drawing, UNIT } from './renderMesh.ts';

type Vec2 = readonly [number, number];
type Vec3 = readonly [number, number, number];

/** A mesh on the host; see `MeshOperands`. */
export type MeshArrays = {
  readonly vertices: ArrayLike<number>;
  readonly normals: ArrayLike<number>;
  readonly triangles: ArrayLike<number>;
} & (
  | { readonly colors: ArrayLike<number> }
  | {
      readonly uv: ArrayLike<number>;
      readonly texture: { readonly width: number; readonly height: number; readonly words: ArrayLike<number> };
    }
);

const LIGHT: Vec3 = [-0.4, 0.7, 0.6];
const STEPS = 8388607;
const SLACK = 16;
const FARTHEST = 2 ** 22;
const PLACES = 32;

const add = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
const scale = (a: Vec3, s: number): Vec3 => [s * a[0], s * a[1], s * a[2]];
const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const clamp = (v: number, low: number, high: number): number => Math.min(high, Math.max(low, v));
const mix = (a: Vec3, b: Vec3, t: number): Vec3 => add(scale(a, 1 - t), scale(b, t));
const vec3At = (values: ArrayLike<number>, i: number): Vec3 => [values[3 * i], values[3 * i + 1], values[3 * i + 2]];
/** The vertices' values, weighted. */
const blend = ([a, b, c]: readonly Vec3[], w: Vec3): Vec3 => add(add(scale(a, w[0]), scale(b, w[1])), scale(c, w[2]));
function smoothstep(low: number, high: number, v: number): number {
  const t = clamp((v - low) / (high - low), 0, 1);
  return t * t * (3 - 2 * t);
}
const linearOf = (word: number): Vec3 => {
  const channel = (shift: number) => (((word >>> shift) & 255) / 255) ** 2;
  return [channel(0), channel(8), channel(16)];
};
function wordOf(color: Vec3, alpha: number): number {
  const [r, g, b, a] = [...color.map((c) => Math.sqrt(clamp(c, 0, 1))), alpha].map((v) => Math.floor(v * 255 + 0.5));
  return (r | (g << 8) | (b << 16) | (a << 24)) >>> 0;
}
/** Twice the area of a triangle, positive if it turns clockwise on the screen. Integers below 2^53, so it is exact. */
const turn = (a: Vec2, b: Vec2, p: Vec2): number => (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]);

/** @returns [height, width] RGBA8 words */
export function renderMeshRef(mesh: MeshArrays, { size, views, light, samples }: Drawing): Uint32Array {
  const picture = new Uint32Array(size.width * size.height);
  for (const view of views) {
    const image = new Image(mesh, view, samples);
    const { left, top, right, bottom } = view.rect;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        picture[y * size.width + x] = light ? image.shade(x, y, light.reach) : image.flat(x, y);
      }
    }
  }
  return picture;
}

/** A triangle on the screen. */
interface Corners {
  readonly index: number;
  readonly places: readonly Vec2[];
  /** near / depth of each vertex. */
  readonly inverseDepth: Vec3;
  readonly seenFromBehind: boolean;
}

interface Pixel {
  /** Linear, times coverage. */
  readonly color: Vec3;
  readonly coverage: number;
  /** In the camera's frame. */
  readonly normal: Vec3;
  /** 0 where nothing is covered. */
  readonly depth: number;
}

class Image {
  private readonly shown: readonly Corners[];
  private readonly pixels: ReadonlyMap<string, Pixel>;
  private readonly center: Vec2;

  constructor(
    private readonly mesh: MeshArrays,
    private readonly view: View,
    private readonly samples: number,
  ) {
    const { left, top, right, bottom } = view.rect;
    this.center = [(left + right) / 2, (top + bottom) / 2];
    this.shown = this.project();
    const pixels = new Map<string, Pixel>();
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) pixels.set(`${x} ${y}`, this.resolve(x, y));
    this.pixels = pixels;
  }

  /** A row of the view's matrix times a point, or a direction. */
  private row(i: number, [x, y, z]: Vec3, w: number): number {
    const m = this.view.matrix;
    return m[i] * x + m[4 + i] * y + m[8 + i] * z + m[12 + i] * w;
  }

  private project(): Corners[] {
    const { near, far, focal } = this.view;
    const { vertices, triangles } = this.mesh;
    const screen = Array.from({ length: vertices.length / 3 }, (_, i) => {
      const point = vec3At(vertices, i);
      const depth = -this.row(2, point, 1);
      const unit = (focal * this.samples * UNIT) / depth;
      const place: Vec2 = [Math.round(this.row(0, point, 1) * unit), Math.round(-this.row(1, point, 1) * unit)];
      const isShown = depth > near && depth < far && place.every((v) => Math.abs(v) <= FARTHEST);
      return { place, inverseDepth: isShown ? near / depth : 0 };
    });
    return Array.from({ length: triangles.length / 3 }, (_, index) => {
      const [a, b, c] = vec3At(triangles, index).map((i) => screen[i]);
      const area = turn(a.place, b.place, c.place);
      return {
        index,
        places: [a.place, b.place, c.place],
        inverseDepth: [a.inverseDepth, b.inverseDepth, c.inverseDepth] as const,
        seenFromBehind: area > 0,
        isEmpty: area === 0,
      };
    }).filter(({ isEmpty, inverseDepth }) => !isEmpty && inverseDepth.every((v) => v > 0));
  }

  /** The triangle that a place on the screen shows, with its weights there. */
  private nearestAt(p: Vec2): { corners: Corners; weights: Vec3; inverseDepth: number } | undefined {
    const covering = this.shown.flatMap((corners) => {
      const [a, b, c] = corners.places;
      const sign = corners.seenFromBehind ? 1 : -1;
      const weights: Vec3 = [sign * turn(b, c, p), sign * turn(c, a, p), sign * turn(a, b, p)];
      if (weights.some((w) => w < 0)) return [];
      const inverseDepth = dot(weights, corners.inverseDepth) / (weights[0] + weights[1] + weights[2]);
      return [{ corners, weights, inverseDepth, steps: Math.floor(inverseDepth * STEPS) }];
    });
    const nearest = covering.reduce((most, { steps }) => Math.max(most, steps), 0);
    return covering.find(({ steps }) => steps + SLACK >= nearest);
  }

  private resolve(x: number, y: number): Pixel {
    const { samples, mesh } = this;
    let color: Vec3 = [0, 0, 0];
    let normal: Vec3 = [0, 0, 0];
    let covered = 0;
    let nearest = 0;
    for (let j = 0; j < samples; j++) {
      for (let k = 0; k < samples; k++) {
        const shift = (v: number) => Math.trunc(((2 * v + 1 - samples) * (UNIT / 2)) / samples);
        const found = this.nearestAt([
          ((x - this.center[0]) * samples + k + 0.5) * UNIT + shift(j),
          ((y - this.center[1]) * samples + j + 0.5) * UNIT - shift(k),
        ]);
        if (!found) continue;
        const { corners, weights: w, inverseDepth: q } = found;
        const weighted: Vec3 = [
          w[0] * corners.inverseDepth[0],
          w[1] * corners.inverseDepth[1],
          w[2] * corners.inverseDepth[2],
        ];
        const weights = scale(weighted, 1 / (weighted[0] + weighted[1] + weighted[2]));
        const vertices = vec3At(mesh.triangles, corners.index);
        const outwards = blend(
          vertices.map((i) => vec3At(mesh.normals, i)),
          weights,
        );
        color = add(color, this.colorAt(vertices, weights));
        normal = add(normal, scale(outwards, corners.seenFromBehind ? -1 : 1));
        covered++;
        nearest = Math.max(nearest, q);
      }
    }
    const turned: Vec3 = [this.row(0, normal, 0), this.row(1, normal, 0), this.row(2, normal, 0)];
    return {
      color: scale(color, 1 / samples ** 2),
      coverage: covered / samples ** 2,
      normal: scale(turned, 1 / Math.max(Math.hypot(...turned), 1e-20)),
      depth: nearest === 0 ? 0 : this.view.near / nearest,
    };
  }

  private colorAt(vertices: Vec3, weights: Vec3): Vec3 {
    const { mesh } = this;
    if ('colors' in mesh)
      return blend(
        vertices.map((i) => linearOf(mesh.colors[i])),
        weights,
      );
    const { width, height, words } = mesh.texture;
    const [u, v] = blend(
      vertices.map((i): Vec3 => [mesh.uv[2 * i], mesh.uv[2 * i + 1], 0]),
      weights,
    );
    const [x, y] = [u * width - 0.5, v * height - 0.5];
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const texel = (i: number, j: number) => linearOf(words[clamp(j, 0, height - 1) * width + clamp(i, 0, width - 1)]);
    const above = mix(texel(left, top), texel(left + 1, top), x - left);
    const below = mix(texel(left, top + 1), texel(left + 1, top + 1), x - left);
    return mix(above, below, y - top);
  }

  private at(x: number, y: number): Pixel {
    return this.pixels.get(`${x} ${y}`)!;
  }

  flat(x: number, y: number): number {
    const { color, coverage } = this.at(x, y);
    return coverage === 0 ? 0 : wordOf(scale(color, 1 / coverage), coverage);
  }

  private position(x: number, y: number, depth: number): Vec3 {
    const { focal } = this.view;
    return [((x + 0.5 - this.center[0]) / focal) * depth, (-(y + 0.5 - this.center[1]) / focal) * depth, -depth];
  }

  private openness(x: number, y: number, reach: number): number {
    const { left, top, right, bottom } = this.view.rect;
    const { normal, depth } = this.at(x, y);
    const here = this.position(x, y, depth);
    const disc = (this.view.focal * reach) / depth;
    let hidden = 0;
    for (let k = 0; k < PLACES; k++) {
      const angle = k * 2.399963;
      const away = disc * Math.sqrt((k + 0.5) / PLACES);
      const there: Vec2 = [
        clamp(x + Math.round(Math.cos(angle) * away), left, right - 1),
        clamp(y + Math.round(Math.sin(angle) * away), top, bottom - 1),
      ];
      const other = this.at(...there).depth;
      if (other === 0) continue;
      const step = scale(add(this.position(...there, other), scale(here, -1)), 1 / reach);
      const square = dot(step, step);
      hidden += (Math.max(0, 1 - square) ** 3 * Math.max(0, dot(step, normal) - 0.02)) / (square + 0.01);
    }
    return Math.max(0, 1 - (4 * hidden) / PLACES);
  }

  shade(x: number, y: number, reach: number): number {
    const { left, top, right, bottom } = this.view.rect;
    const away = Math.hypot((x + 0.5 - left) / (right - left) - 0.5, (y + 0.5 - top) / (bottom - top) - 0.45);
    const glow = 1 - smoothstep(0.1, 0.9, away);
    const behind = mix([0.8, 0.82, 0.85], [0.965, 0.97, 0.975], glow);
    const { color, coverage, normal } = this.at(x, y);
    const ground = scale([behind[0] ** 2, behind[1] ** 2, behind[2] ** 2], 1 - coverage);
    if (coverage === 0) return wordOf(ground, 1);
    const lit = 0.5 + 0.5 * dot(normal, LIGHT);
    const bright = (0.55 + 0.62 * lit * lit) * this.openness(x, y, reach);
    return wordOf(add(ground, scale(color, bright)), 1);
  }
}
