/** How large an object is: of clouds, the points that are shown count. */
import { Box3, Mesh, Points, Sphere, Vector3, type Object3D } from 'three';

/** The box of an object; empty if it has no vertices. */
export function boxAround(object: Object3D): Box3 {
  const all = new Box3();
  for (const { box, node } of partsOf(object)) all.union(box.applyMatrix4(node.matrixWorld));
  return all;
}

/** A sphere around the middles of an object's parts that holds all vertices; empty if there are none. */
export function sphereAround(object: Object3D): Sphere {
  const all = new Sphere();
  for (const { box, node, vertices } of partsOf(object)) {
    const sphere = new Sphere(box.getCenter(new Vector3()), 0);
    vertices((vertex) => (sphere.radius = Math.max(sphere.radius, vertex.distanceToSquared(sphere.center))));
    sphere.radius = Math.sqrt(sphere.radius);
    all.union(sphere.applyMatrix4(node.matrixWorld));
  }
  return all;
}

interface Part {
  readonly node: Object3D;
  /** In the node's own axes. */
  readonly box: Box3;
  vertices(visit: (vertex: Vector3) => void): void;
}

/** Parts that have vertices. */
function partsOf(object: Object3D): Part[] {
  object.updateWorldMatrix(true, true);
  const parts: Part[] = [];
  object.traverse((node) => {
    if (!(node instanceof Mesh || node instanceof Points)) return;
    const { attributes, drawRange } = (node as Mesh | Points).geometry;
    const count = Math.min(attributes.position?.count ?? 0, drawRange.count);
    const vertices: Part['vertices'] = (visit) => {
      const vertex = new Vector3();
      for (let i = 0; i < count; i++) visit(vertex.fromBufferAttribute(attributes.position, i));
    };
    const box = new Box3();
    vertices((vertex) => box.expandByPoint(vertex));
    if (count > 0) parts.push({ node, box, vertices });
  });
  return parts;
}
