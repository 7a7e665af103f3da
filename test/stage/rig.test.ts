import { Sphere, Vector3 } from 'three';
import { expect, it, vi } from 'vitest';
import { Rig } from '../../src/stage/rig.ts';
import { xyzAt } from './pixels.ts';

const OBJECT = new Sphere(new Vector3(0.3, -0.2, -4), 0.5);
const PHOTO = { intrinsics: { fx: 500, fy: 450, cx: 200, cy: 260 }, width: 640, height: 480 };

function rigOf({ isStill = true, onLeavePhoto = () => undefined as void, aspect = 4 / 3 } = {}): Rig {
  const rig = new Rig(
    null,
    () => undefined,
    onLeavePhoto,
    () => isStill,
  );
  rig.resize(aspect);
  return rig;
}

/** Steps of 16 ms until there is nothing more to do. @returns each position of the camera */
function run(rig: Rig, start = performance.now()): Vector3[] {
  const places: Vector3[] = [];
  for (let i = 0; i < 2000; i++) {
    const goesOn = rig.step(start + 16 * i);
    places.push(rig.camera.position.clone());
    if (!goesOn) return places;
  }
  throw new Error('The camera never comes to rest.');
}

/** Where a point in the axes of glTF is in the picture: -1..1, y up. */
const seenAt = (rig: Rig, point: Vector3): Vector3 => {
  rig.camera.updateMatrixWorld();
  return point.clone().project(rig.camera);
};

/** Whether a sphere is in the picture as a whole, and fills it. */
function expectFramed(rig: Rig, sphere: Sphere): void {
  const middle = seenAt(rig, sphere.center);
  expect(Math.hypot(middle.x, middle.y)).toBeLessThan(0.02);
  const up = new Vector3(0, 1, 0).applyQuaternion(rig.camera.quaternion);
  const edge = seenAt(rig, sphere.center.clone().addScaledVector(up, sphere.radius));
  expect(edge.y).toBeGreaterThan(0.8);
  expect(edge.y).toBeLessThan(1);
}

it('shows the first object at once, from the front and a little from above', () => {
  const rig = rigOf({ isStill: false });
  rig.follow(OBJECT);
  expect(run(rig)).toHaveLength(1);
  expectFramed(rig, OBJECT);
  const from = rig.camera.position.clone().sub(OBJECT.center).normalize();
  expect(from.x).toBeCloseTo(0, 6);
  expect(from.y).toBeCloseTo(Math.sin((12 * Math.PI) / 180), 6);
  expect(from.z).toBeGreaterThan(0.9);
});

it.each([
  ['right', [1, 0]],
  ['back', [0, -1]],
  ['left', [-1, 0]],
] as const)('turns to the %s side', (side, [x, z]) => {
  for (const isStill of [true, false]) {
    const rig = rigOf({ isStill });
    rig.follow(OBJECT);
    rig.show(side);
    run(rig);
    const from = rig.camera.position.clone().sub(OBJECT.center).setY(0).normalize();
    expect(from.x).toBeCloseTo(x, 5);
    expect(from.z).toBeCloseTo(z, 5);
    expectFramed(rig, OBJECT);
  }
});

it('follows an object that grows without a jump', () => {
  const rig = rigOf({ isStill: false });
  rig.follow(OBJECT);
  run(rig);
  const start = rig.camera.position.clone();
  const grown = new Sphere(new Vector3(0.6, 0.4, -4.5), 1);
  rig.follow(grown);
  const places = run(rig);
  const way = start.distanceTo(places[places.length - 1]);
  const steps = places.map((place, i) => place.distanceTo(places[i - 1] ?? start));
  expect(way).toBeGreaterThan(1);
  expect(Math.max(...steps)).toBeLessThan(way / 15);
  expectFramed(rig, grown);
});

it('follows in few steps where movement is not wanted, and keeps the object in the picture', () => {
  const rig = rigOf();
  rig.follow(OBJECT);
  run(rig);
  let moves = 0;
  for (let i = 1; i <= 50; i++) {
    const before = rig.camera.position.clone();
    const grown = new Sphere(OBJECT.center, 0.5 + i / 100);
    rig.follow(grown);
    run(rig);
    if (rig.camera.position.distanceTo(before) > 0) moves++;
    const edge = seenAt(rig, OBJECT.center.clone().add(new Vector3(grown.radius, 0, 0)));
    expect(Math.abs(edge.x)).toBeLessThan(1);
  }
  expect(moves).toBeGreaterThan(2);
  expect(moves).toBeLessThan(10);
});

it('stays where somebody took hold of it, until a side is asked for', () => {
  const rig = rigOf({ isStill: false });
  rig.follow(OBJECT);
  rig.rotate(30, 0);
  run(rig);
  const held = rig.camera.position.clone();
  const grown = new Sphere(OBJECT.center, 2);
  rig.follow(grown);
  expect(run(rig)).toHaveLength(1);
  expect(rig.camera.position.distanceTo(held)).toBe(0);
  rig.show('front');
  run(rig);
  expectFramed(rig, grown);
});

it('turns and zooms by steps', () => {
  const rig = rigOf();
  rig.follow(OBJECT);
  run(rig);
  const away = () => rig.camera.position.distanceTo(OBJECT.center);
  const before = away();
  rig.zoom(0.5);
  run(rig);
  expect(away()).toBeCloseTo(before / 2, 6);
  rig.rotate(90, 0);
  run(rig);
  expect(rig.camera.position.x - OBJECT.center.x).toBeGreaterThan(0.9 * away());
});

it('looks through the camera of the photo, whatever moved before', () => {
  for (const isStill of [true, false]) {
    const rig = rigOf({ isStill });
    rig.follow(OBJECT);
    rig.rotate(50, 20);
    rig.zoom(0.7);
    rig.lookThrough(PHOTO);
    run(rig);
    for (const pixel of [
      [0, 0],
      [639, 479],
      [333, 21],
    ] as const) {
      const [x, y, z] = xyzAt(PHOTO.intrinsics, pixel, 4);
      const place = seenAt(rig, new Vector3(x, -y, -z));
      expect(((place.x + 1) / 2) * 640).toBeCloseTo(pixel[0] + 0.5, 4);
      expect(((1 - place.y) / 2) * 480).toBeCloseTo(pixel[1] + 0.5, 4);
      expect(Math.abs(place.z)).toBeLessThan(1);
    }
  }
});

it('leaves the view of the photo when the object is turned, in the direction that the photo had', () => {
  const onLeavePhoto = vi.fn();
  const rig = rigOf({ onLeavePhoto });
  rig.follow(OBJECT);
  rig.lookThrough(PHOTO);
  run(rig);
  expect(onLeavePhoto).not.toHaveBeenCalled();
  rig.zoom(1);
  run(rig);
  expect(onLeavePhoto).toHaveBeenCalledOnce();
  expectFramed(rig, OBJECT);
  const from = rig.camera.position.clone().sub(OBJECT.center).normalize();
  expect(from.distanceTo(OBJECT.center.clone().negate().normalize())).toBeLessThan(1e-6);
});

it('shows the next object at once after the last one was taken away', () => {
  const rig = rigOf({ isStill: false });
  rig.follow(OBJECT);
  rig.rotate(40, 0);
  run(rig);
  rig.reset();
  const other = new Sphere(new Vector3(5, 0, -9), 3);
  rig.follow(other);
  expect(run(rig)).toHaveLength(1);
  expectFramed(rig, other);
});

it('shows a single point', () => {
  const rig = rigOf();
  rig.follow(new Sphere(new Vector3(0, 0, -2), 0));
  run(rig);
  const { x, y } = seenAt(rig, new Vector3(0, 0, -2));
  expect(Math.hypot(x, y)).toBeLessThan(1e-6);
});

it('can be moved before there is an object', () => {
  const rig = rigOf();
  rig.show('right');
  rig.rotate(10, 0);
  rig.zoom(2);
  rig.lookThrough(PHOTO);
  rig.rotate(10, 0);
  run(rig);
  expect(rig.camera.projectionMatrix.elements.every(Number.isFinite)).toBe(true);
  rig.show('front');
  rig.follow(OBJECT);
  run(rig);
  expectFramed(rig, OBJECT);
});
