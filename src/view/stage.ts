/** The stage: canvas, camera, light, and how the object is turned. It draws only when something changes. */
import {
  Box3,
  DirectionalLight,
  HemisphereLight,
  MathUtils,
  Mesh,
  PerspectiveCamera,
  Points,
  Scene,
  Sphere,
  Spherical,
  Vector3,
  WebGLRenderer,
  type Object3D,
} from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';

/** Angles of the sides, in degrees: to the right around the object, and upwards. They are those of preview.png. */
const SIDES = {
  front: { yaw: 0, pitch: 12 },
  right: { yaw: 90, pitch: 12 },
  back: { yaw: 180, pitch: 12 },
  left: { yaw: 270, pitch: 12 },
  top: { yaw: 0, pitch: 90 },
} as const;

export type Side = keyof typeof SIDES;

/** Field of view of the shorter side of the canvas, in radians. */
const FOV = MathUtils.degToRad(28);
/** Radius of what the camera sees, divided by the radius of the object. */
const MARGIN = 1.1;
/** Duration of a turn to another side, in milliseconds. */
const TURN = 350;
/** The highest pixel density that is drawn: more costs time and shows little. */
const MAX_DENSITY = 2;

/** Whether this visitor wants few movements. */
const isStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

export class Stage {
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera();
  private readonly controls: OrbitControls;
  /** What is in view when a side is shown. */
  private readonly frame = new Sphere(new Vector3(), 1);
  private scheduled = 0;
  private turn?: { from: Spherical; to: Spherical; middle: Vector3; start: number };

  /** @param onLens receives the vertical field of view in radians when the canvas changes its shape
   *  @throws Error if there is no WebGL */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly onLens: (fov: number) => void,
  ) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.renderer.setClearAlpha(0);
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.addEventListener('change', () => this.draw());
    // Whoever takes hold of the object stops a turn.
    this.controls.addEventListener('start', () => (this.turn = undefined));
    const lamp = new DirectionalLight('white', 2.2);
    lamp.position.set(-0.5, 0.8, 1);
    this.camera.add(lamp, lamp.target);
    lamp.target.position.set(0, 0, -1);
    this.scene.add(this.camera, new HemisphereLight('white', '#999999', 1.4));
    new ResizeObserver(() => this.fit()).observe(canvas);
  }

  add(object: Object3D): void {
    this.scene.add(object);
  }

  /** Puts an object in the middle, and shows its front. */
  look(object: Object3D): void {
    this.frame.copy(sphereAround(object));
    const distance = this.distance();
    this.camera.near = distance / 100;
    this.camera.far = 10 * distance;
    this.controls.minDistance = distance / 10;
    this.controls.maxDistance = 4 * distance;
    this.fit();
    this.place(this.placeOf('front'), this.frame.center);
  }

  /** Turns to a side. */
  show(side: Side): void {
    const from = this.current();
    const to = this.placeOf(side);
    if (isStill()) return this.place(to, this.frame.center);
    // The shorter way around.
    const around = to.theta - from.theta;
    to.theta -= 2 * Math.PI * Math.round(around / (2 * Math.PI));
    this.turn = { from, to, middle: this.controls.target.clone(), start: performance.now() };
    this.draw();
  }

  /** Turns by angles in degrees: to the right around the object, and upwards. */
  rotate(yaw: number, pitch: number): void {
    this.turn = undefined;
    this.controls.rotateLeft(MathUtils.degToRad(-yaw));
    this.controls.rotateUp(MathUtils.degToRad(pitch));
    this.controls.update();
  }

  /** @param factor of the distance; below 1 comes nearer */
  zoom(factor: number): void {
    this.turn = undefined;
    const place = this.current();
    place.radius *= factor;
    this.place(place, this.controls.target);
  }

  /** Draws before the screen is shown next. */
  draw(): void {
    this.scheduled ||= requestAnimationFrame((now) => {
      this.scheduled = 0;
      this.step(now);
      this.renderer.render(this.scene, this.camera);
    });
  }

  /** Moves on with a turn, if there is one. */
  private step(now: number): void {
    if (!this.turn) return;
    const { from, to, middle, start } = this.turn;
    const part = MathUtils.smoothstep(now - start, 0, TURN);
    if (part === 1) this.turn = undefined;
    const mix = (key: 'radius' | 'phi' | 'theta'): number => MathUtils.lerp(from[key], to[key], part);
    const target = middle.clone().lerp(this.frame.center, part);
    this.place(new Spherical(mix('radius'), mix('phi'), mix('theta')), target);
    this.draw();
  }

  private place(place: Spherical, target: Vector3): void {
    this.controls.target.copy(target);
    this.camera.position.setFromSpherical(place.makeSafe()).add(target);
    this.controls.update();
    this.draw();
  }

  private current(): Spherical {
    return new Spherical().setFromVector3(this.camera.position.clone().sub(this.controls.target));
  }

  private placeOf(side: Side): Spherical {
    const { yaw, pitch } = SIDES[side];
    return new Spherical(this.distance(), MathUtils.degToRad(90 - pitch), MathUtils.degToRad(yaw));
  }

  private distance(): number {
    return (MARGIN * this.frame.radius) / Math.sin(FOV / 2);
  }

  /** Fits picture and lens to the canvas, whose shorter side always has the same field of view. */
  private fit(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0 || height === 0) return;
    const fov = width >= height ? FOV : 2 * Math.atan((Math.tan(FOV / 2) * height) / width);
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, MAX_DENSITY));
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.fov = MathUtils.radToDeg(fov);
    this.camera.updateProjectionMatrix();
    this.onLens(fov);
    // At once: a canvas that was resized is empty until it is drawn.
    this.renderer.render(this.scene, this.camera);
  }
}

/** The sphere around the middle of an object that holds all its vertices. */
function sphereAround(object: Object3D): Sphere {
  const center = new Box3().setFromObject(object).getCenter(new Vector3());
  const vertex = new Vector3();
  let radius = 0;
  object.traverse((node) => {
    if (!(node instanceof Mesh || node instanceof Points)) return;
    const position = (node as Mesh | Points).geometry.getAttribute('position');
    for (let i = 0; i < position.count; i++) {
      vertex.fromBufferAttribute(position, i).applyMatrix4(node.matrixWorld);
      radius = Math.max(radius, vertex.distanceTo(center));
    }
  });
  // A single point has no size.
  return new Sphere(center, radius || 0.01);
}
