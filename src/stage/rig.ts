/** The camera and how it moves: orbit by hand, turns to a side, following an object that grows, and the photo's own view. */
import { Camera, MathUtils, PerspectiveCamera, Quaternion, Sphere, Spherical, Vector3 } from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import { FOV, mixLenses, orbitLens, photoLens, project, type Lens, type PhotoCamera } from './lens.ts';

/** Angles of the sides, in degrees: to the right around the object, and upwards. They are those of preview.png. */
const SIDES = {
  front: { yaw: 0, pitch: 12 },
  right: { yaw: 90, pitch: 12 },
  back: { yaw: 180, pitch: 12 },
  left: { yaw: 270, pitch: 12 },
  top: { yaw: 0, pitch: 90 },
} as const;

export type Side = keyof typeof SIDES;

/** Radius of what the camera sees, divided by the radius of the object. */
const MARGIN = 1.1;
/** Radius of what is small in view, divided by that of what the camera frames. */
const SMALL = 0.75;
/** Duration of a turn to another side, and of the way to and from the photo's view, in milliseconds. */
const TURN = 350;
/** Time in which two thirds of the way to a new frame are made, in milliseconds. */
const FOLLOW = 400;
/** The most time that one step makes up for, in milliseconds: after a pause nothing jumps. */
const LONGEST_STEP = 50;
/** What is left of the way when a frame is reached, in radii. */
const ARRIVED = 0.002;

/** Whether this visitor wants few movements. */
const wantsStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Where a camera is and how it looks. */
interface Pose {
  readonly position: Vector3;
  readonly quaternion: Quaternion;
  readonly lens: Lens;
}

export class Rig {
  /** The camera to draw with, in the axes of glTF: x right, y up, z towards the viewer. `step` moves it. */
  readonly camera = new Camera();
  /** The lens of that camera. */
  lens: Lens = orbitLens(1);
  private aspect = 1;
  /** What hands turn. The photo's view leaves it alone. */
  private readonly orbit = new PerspectiveCamera();
  private readonly controls: OrbitControls;
  /** What ought to be in view, and what is when a side is shown. */
  private readonly goal = new Sphere();
  private readonly frame = new Sphere(new Vector3(), 1);
  private isFollowing = true;
  private isGrabbed = false;
  private last?: number;
  private turn?: { from: Spherical; to: Spherical; middle: Vector3; start: number };
  private photo?: PhotoCamera;
  private blend?: { from: Pose; start: number };
  /** How much of the way to the view that was asked for is made. */
  private share = 1;

  /** @param element receives mouse and touch; null if there is none
   *  @param onChange is called when `step` has something to do
   *  @param onLeavePhoto is called when the photo's view is left, by hand or by call */
  constructor(
    element: HTMLElement | null,
    private readonly onChange: () => void,
    private readonly onLeavePhoto: () => void = () => undefined,
    private readonly isStill: () => boolean = wantsStill,
  ) {
    this.controls = new OrbitControls(this.orbit, element);
    this.controls.addEventListener('start', () => {
      // Whoever takes hold of the object stops other movements.
      this.hold();
      if (this.photo) this.placeAsPhoto();
      this.isGrabbed = true;
    });
    this.controls.addEventListener('end', () => (this.isGrabbed = false));
    this.controls.addEventListener('change', () => {
      // A press alone does not leave the photo's view.
      if (this.isGrabbed) this.endPhoto();
      this.onChange();
    });
  }

  /** @param aspect width of the canvas divided by its height */
  resize(aspect: number): void {
    this.aspect = aspect;
    // Moving by hand needs it: the object stays under the pointer.
    this.orbit.fov = MathUtils.radToDeg(2 * Math.atan(orbitLens(aspect).top));
    this.compose();
  }

  /** Keeps a sphere in view: the first one is in view at once, later ones calmly, until somebody takes hold. */
  follow(sphere: Sphere): void {
    const isFirst = this.goal.isEmpty();
    this.goal.copy(sphere);
    // A single point has no size.
    this.goal.radius ||= 0.01;
    if (isFirst) {
      this.setFrame(this.goal);
      this.place(this.placeOf('front'), this.frame.center);
    }
    this.onChange();
  }

  /** Forgets the object, so that the next one is in view at once. */
  reset(): void {
    this.goal.makeEmpty();
    this.turn = this.blend = undefined;
    this.share = 1;
    this.isFollowing = true;
    if (this.photo) this.leave();
  }

  /** Turns to a side, and follows again. */
  show(side: Side): void {
    this.endPhoto();
    this.setFrame(this.goal);
    this.isFollowing = true;
    const from = this.current();
    const to = this.placeOf(side);
    if (this.isStill()) return this.place(to, this.frame.center);
    // The shorter way around.
    const around = to.theta - from.theta;
    to.theta -= 2 * Math.PI * Math.round(around / (2 * Math.PI));
    this.turn = { from, to, middle: this.controls.target.clone(), start: performance.now() };
    this.onChange();
  }

  /** Turns by angles in degrees: to the right around the object, and upwards. */
  rotate(yaw: number, pitch: number): void {
    this.endPhoto();
    this.hold();
    this.controls.rotateLeft(MathUtils.degToRad(-yaw));
    this.controls.rotateUp(MathUtils.degToRad(pitch));
    this.controls.update();
  }

  /** @param factor of the distance; below 1 comes nearer */
  zoom(factor: number): void {
    this.endPhoto();
    this.hold();
    const place = this.current();
    place.radius *= factor;
    this.place(place, this.controls.target);
  }

  /** Looks through a photo's camera until somebody turns the object. */
  lookThrough(photo: PhotoCamera): void {
    this.turn = undefined;
    this.startBlend();
    this.photo = photo;
    this.onChange();
  }

  /** Moves on. @param now in milliseconds @returns whether there is more to do */
  step(now: number): boolean {
    const elapsed = Math.min(LONGEST_STEP, now - (this.last ?? now - 16));
    const isMoving = this.turn ? this.stepTurn(this.turn, now) : this.stepFrame(elapsed);
    this.share = this.blend ? MathUtils.smoothstep(now - this.blend.start, 0, TURN) : 1;
    if (this.share === 1) this.blend = undefined;
    this.compose();
    const isUnfinished = isMoving || this.blend !== undefined;
    this.last = isUnfinished ? now : undefined;
    return isUnfinished;
  }

  dispose(): void {
    this.controls.dispose();
  }

  private stepTurn({ from, to, middle, start }: NonNullable<Rig['turn']>, now: number): boolean {
    const share = MathUtils.smoothstep(now - start, 0, TURN);
    if (share === 1) this.turn = undefined;
    const mix = (key: 'radius' | 'phi' | 'theta'): number => MathUtils.lerp(from[key], to[key], share);
    const target = middle.clone().lerp(this.frame.center, share);
    this.place(new Spherical(mix('radius'), mix('phi'), mix('theta')), target);
    // Afterwards there may be a frame to follow.
    return true;
  }

  /** Follows what grew. */
  private stepFrame(elapsed: number): boolean {
    const { goal, frame } = this;
    const away = goal.center.distanceTo(frame.center);
    const isThere = away + Math.abs(goal.radius - frame.radius) <= ARRIVED * goal.radius;
    if (goal.isEmpty() || !this.isFollowing || isThere) return false;
    const next = frame.clone();
    if (this.isStill()) {
      // Steps are few if each waits until something is out of view, or small in it.
      const isOut = away + goal.radius > MARGIN * frame.radius;
      if (!isOut && goal.radius > SMALL * frame.radius) return false;
      next.copy(goal);
    } else {
      const share = 1 - Math.exp(-elapsed / FOLLOW);
      next.center.lerp(goal.center, share);
      next.radius = MathUtils.lerp(frame.radius, goal.radius, share);
    }
    this.setFrame(next);
    const place = this.current();
    place.radius = this.distance();
    this.place(place, frame.center);
    return true;
  }

  private setFrame(sphere: Sphere): void {
    if (sphere.isEmpty()) return;
    this.frame.copy(sphere);
    this.controls.minDistance = this.distance() / 10;
    this.controls.maxDistance = 4 * this.distance();
  }

  private hold(): void {
    this.turn = undefined;
    this.isFollowing = false;
  }

  /** Leaves the photo's view: the object is seen from the same direction, and in the middle. */
  private endPhoto(): void {
    if (!this.photo) return;
    // In a hand, it is there already.
    if (!this.isGrabbed) this.placeAsPhoto();
    this.startBlend();
    this.leave();
  }

  private leave(): void {
    this.photo = undefined;
    this.onLeavePhoto();
  }

  /** Puts the orbit where the photo was taken from: the camera's axes begin there. */
  private placeAsPhoto(): void {
    this.setFrame(this.goal);
    const place = new Spherical().setFromVector3(this.frame.center.clone().negate());
    place.radius = this.distance();
    this.place(place, this.frame.center);
  }

  private startBlend(): void {
    if (this.isStill()) return;
    const { position, quaternion } = this.camera;
    const from = { position: position.clone(), quaternion: quaternion.clone(), lens: this.lens };
    this.blend = { from, start: performance.now() };
    this.share = 0;
  }

  private place(place: Spherical, target: Vector3): void {
    this.controls.target.copy(target);
    this.orbit.position.setFromSpherical(place.makeSafe()).add(target);
    this.controls.update();
  }

  private current(): Spherical {
    return new Spherical().setFromVector3(this.orbit.position.clone().sub(this.controls.target));
  }

  private placeOf(side: Side): Spherical {
    const { yaw, pitch } = SIDES[side];
    return new Spherical(this.distance(), MathUtils.degToRad(90 - pitch), MathUtils.degToRad(yaw));
  }

  private distance(): number {
    return (MARGIN * this.frame.radius) / Math.sin(FOV / 2);
  }

  private compose(): void {
    const { share } = this;
    const to: Pose = this.photo
      ? { position: new Vector3(), quaternion: new Quaternion(), lens: photoLens(this.photo, this.aspect) }
      : { position: this.orbit.position, quaternion: this.orbit.quaternion, lens: orbitLens(this.aspect) };
    const from = this.blend?.from ?? to;
    this.camera.position.lerpVectors(from.position, to.position, share);
    this.camera.quaternion.slerpQuaternions(from.quaternion, to.quaternion, share);
    this.lens = mixLenses(from.lens, to.lens, share);
    const away = Math.max(this.distance() / 10, this.camera.position.distanceTo(this.frame.center));
    project(this.lens, away / 100, 10 * Math.max(away, this.distance()), this.camera.projectionMatrix);
    this.camera.projectionMatrixInverse.copy(this.camera.projectionMatrix).invert();
    this.camera.updateMatrixWorld();
  }
}
