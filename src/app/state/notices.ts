/** What a person should know about an object, in words. */
import { sidesInWords } from '../../host/sidesInWords.ts';
import type { CompletedObject, ObjectMesh } from '../../web.ts';

/** @param mesh undefined: the points enclose nothing */
export function noticesOf(object: Pick<CompletedObject, 'xyz'>, mesh: Pick<ObjectMesh, 'facts'> | undefined): string[] {
  if (object.xyz.length === 0) {
    return ['Nothing was found here. Point at another place of the object, or choose another mask.'];
  }
  if (!mesh) return ['The points enclose nothing, so there is no mesh. A finer grid may help.'];
  const { touches, isHollow, leaks } = mesh.facts;
  return [
    ...(touches.length > 0 ? [`The object reaches the ${sidesInWords(touches)} of the space that was searched.`] : []),
    ...(leaks ? ['The points have a gap, which was closed: near it, the surface is a guess.'] : []),
    ...(isHollow ? [] : ['The object is thin: how thick the mesh is, is a guess.']),
  ];
}
