/** From what a sweep found, and what the photo shows, to one closed surface. */
import type { Mesh } from '../mesh.ts';
import { toCamera, type Normalization } from '../points/normalization.ts';
import type { SweptField } from '../roles.ts';
import { alignDepth } from './alignDepth.ts';
import { mainParts } from './parts.ts';
import { predictedColors, type ColoredGridPoints } from './predictedColors.ts';
import { smoothSurface } from './smooth.ts';
import { solidOf, analyzeShell } from './solid.ts';
import { extractSurface } from './tetrahedra.ts';
import { visibleSide, type DepthView } from './visibleSide.ts';
import { shellOf, stepOf, type Side } from './volume.ts';

export interface SurfaceInput {
  readonly field: SweptField;
  /** Logit above which a point is occupied. */
  readonly limit: number;
  readonly points: ColoredGridPoints;
  /** From the camera's frame to the object's frame. */
  readonly normalization: Normalization;
  /** Depth of the visible side; undefined: the surface is the network's alone. */
  readonly view?: DepthView;
}

/** What is worth knowing of a surface. */
export interface SurfaceFacts {
  /** Parts of the object that do not touch. */
  readonly parts: number;
  /** Small parts that were left out. */
  readonly dropped: number;
  /** Whether the shell of occupied points encloses an inside. If not, the object is as thick as its shell suggests. */
  readonly isHollow: boolean;
  /** Whether that inside was open to the outside through a gap, which was closed. */
  readonly leaks: boolean;
  /** Sides of the grid that the object touches: it may go on beyond them. */
  readonly touches: readonly Side[];
}

export interface ObjectSurface {
  /** In meters in the camera's frame, with predicted colors. Normals are for the mesh that is left of it when it is simplified. */
  readonly mesh: Omit<Mesh, 'normals'>;
  readonly facts: SurfaceFacts;
}

/** Smoothing moves no vertex farther than this share of a voxel. */
const SMOOTHING = 0.5;

/** @returns undefined if no point is occupied, or those that are enclose nothing */
export function surfaceOf({ field, limit, points, normalization, view }: SurfaceInput): ObjectSurface | undefined {
  const shell = shellOf(field, limit);
  if (!shell) return undefined;
  const { volume, touches } = shell;
  const known = analyzeShell(volume, limit);
  const trusted = view?.estimated
    ? alignDepth({ ...volume, values: solidOf(known).values }, view, normalization)
    : view;
  const seen = trusted && visibleSide(volume, limit, trusted, normalization);
  const { values, isHollow, leaks } = solidOf(known, seen);
  const raw = extractSurface({ ...volume, values });
  if (raw.triangles.length === 0) return undefined;
  const { surface, kept, dropped } = mainParts(raw);
  const xyz = smoothSurface(surface, SMOOTHING * stepOf(volume));
  const { triangles } = surface;
  const rgb = predictedColors({ xyz, triangles }, points, field);
  return {
    mesh: { xyz: toCamera(xyz, normalization), rgb, triangles },
    facts: { parts: kept, dropped, isHollow, leaks, touches },
  };
}
