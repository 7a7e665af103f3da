/** How large an object is: of clouds, the points that are shown count. */
import { Box3, Mesh, Points, Sphere, Vector3, type Object3D } from 'three';

/** The box of an object; empty if it has no vertices. */
export function boxAround(object: Object3D): Box3 {
  const box = new Box3();
  eachVertex(object, (vertex) => box.expandByPoint(vertex));
  return box;
}

/** The sphere around the middle of that box that holds all vertices; empty if there are none. */
export function sphereAround(object: Object3D): Sphere {
  const box = boxAround(object);
  if (box.isEmpty()) return new Sphere();
  const center = box.getCenter(new Vector3());
  let radius = 0;
  eachVertex(object, (vertex) => (radius = Math.max(radius, vertex.distanceTo(center))));
  return new Sphere(center, radius);
}

function eachVertex(object: Object3D, visit: (vertex: Vector3) => void): void {
  object.updateMatrixWorld(true);
  const vertex = new Vector3();
  object.traverse((node) => {
    if (!(node instanceof Mesh || node instanceof Points)) return;
    const { attributes, drawRange } = (node as Mesh | Points).geometry;
    const count = Math.min(attributes.position?.count ?? 0, drawRange.count);
    for (let i = 0; i < count; i++)
      visit(vertex.fromBufferAttribute(attributes.position, i).applyMatrix4(node.matrixWorld));
  });
}
