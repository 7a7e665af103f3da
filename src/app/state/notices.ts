/** What a person should know about an object, in words. */
import type { CompletedObject, ObjectMesh } from '../../web.ts';

type Side = ObjectMesh['facts']['touches'][number];

const SIDES = {
  x: { low: 'left', high: 'right' },
  y: { low: 'top', high: 'bottom' },
  z: { low: 'front', high: 'back' },
} as const;

/** @param mesh undefined: the points enclose nothing */
export function noticesOf(object: Pick<CompletedObject, 'xyz'>, mesh: Pick<ObjectMesh, 'facts'> | undefined): string[] {
  if (object.xyz.length === 0) {
    return ['Nothing was found here. Point at another place of the object, or choose another mask.'];
  }
  if (!mesh) return ['The points enclose nothing, so there is no mesh. A finer grid may help.'];
  const { touches, isHollow, leaks } = mesh.facts;
  return [
    ...(touches.length > 0 ? [`The object reaches the ${listed(touches)} of the space that was searched.`] : []),
    ...(leaks ? ['The points have a gap, which was closed: near it, the surface is a guess.'] : []),
    ...(isHollow ? [] : ['The object is thin: how thick the mesh is, is a guess.']),
  ];
}

const listed = (touches: readonly Side[]): string =>
  new Intl.ListFormat('en').format(touches.map(({ axis, end }) => SIDES[axis][end]));
