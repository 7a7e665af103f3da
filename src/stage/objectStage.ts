/** The stage: a canvas on which an object appears, grows and is turned. It draws only when something changes. */
import { DirectionalLight, HemisphereLight, Scene, Sphere, Vector3, WebGLRenderer, type Group } from 'three';
import type { Intrinsics } from '../pipeline/camera.ts';
import type { ColoredPoints } from '../pipeline/coloredPoints.ts';
import type { Mesh, TexturedMesh } from '../pipeline/mesh.ts';
import { boxAround, sphereAround } from './bounds.ts';
import { Cloud, meanSpacing } from './cloud.ts';
import { countAbove, orderByLogit, type OccupancyPoints } from './order.ts';
import { Rig, type Side } from './rig.ts';
import { Surface } from './surface.ts';

/** What can be shown: the surface, the object's points, and the points that the photo shows. */
export type Layer = 'mesh' | 'points' | 'seen';

/** What a stage tells. */
export interface StageListener {
  /** The browser took the drawing context away: the canvas stays empty until `onRestored`, or for good. */
  onLost?(): void;
  /** The browser gave the context back, and everything is drawn again. */
  onRestored?(): void;
  /** The view through the photo's camera was left, by hand or by a call. */
  onLeavePhoto?(): void;
}

/** The highest pixel density that is drawn: more costs time and shows little. */
const MAX_DENSITY = 2;

/**
 * Shows one object. All positions are in meters in the frame of the photo's camera: x right, y down, z forward. The canvas must get
 * its size from CSS. At first the seen points and the object's points are visible; `layer` changes that, nothing else does.
 * Mouse and touch turn, zoom and move the object.
 */
export class ObjectStage {
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly rig: Rig;
  private readonly observer: ResizeObserver;
  private scheduled = 0;
  private readonly clouds: { seen?: Cloud; points?: Cloud } = {};
  private surface?: Surface;
  /** Logits of the finished points, from the highest to the lowest. */
  private logits?: Float32Array;
  /** What is kept in view. */
  private readonly bounds = new Sphere();
  private visible: readonly Layer[] = ['seen', 'points'];
  private isLit = false;

  /** @throws Error if there is no WebGL */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly listener: StageListener = {},
  ) {
    this.renderer = openRenderer(canvas);
    this.renderer.setClearAlpha(0);
    this.rig = new Rig(
      canvas,
      () => this.draw(),
      () => listener.onLeavePhoto?.(),
    );
    const lamp = new DirectionalLight('white', 2.2);
    lamp.position.set(-0.5, 0.8, 1);
    this.rig.camera.add(lamp, lamp.target);
    lamp.target.position.set(0, 0, -1);
    this.scene.add(this.rig.camera, new HemisphereLight('white', '#999999', 1.4));
    canvas.addEventListener('webglcontextlost', this.onLost);
    // three listens first, and has made everything ready.
    canvas.addEventListener('webglcontextrestored', this.onRestored);
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(canvas);
  }

  /** Shows the points that the photo shows, instead of earlier ones.
   *  @param spacing distance between neighbors in meters; by default a guess from their number and their box
   *  @throws RangeError if positions and colors disagree */
  seen(points: ColoredPoints, spacing = meanSpacing(points)): void {
    this.replace('seen', points, spacing);
    if (!this.clouds.points && !this.surface) this.follow(sphereAround(this.clouds.seen!.group));
  }

  /** Adds points of the object that were just found. Few or many: only they are sent to the device. After `object`, they begin a
   *  new object.
   *  @param spacing distance between neighbors in meters
   *  @throws RangeError if positions and colors disagree */
  addPoints(points: ColoredPoints, spacing: number): void {
    if (this.logits) this.removeCloud('points');
    const cloud = (this.clouds.points ??= this.newCloud('points'));
    cloud.add(points, spacing);
    this.draw();
    if (this.surface) return;
    const point = new Vector3();
    for (let i = 0; i < points.xyz.length; i += 3) {
      this.bounds.expandByPoint(point.fromArray(points.xyz, i).applyMatrix4(cloud.group.matrixWorld));
    }
    this.follow(this.bounds);
  }

  /** Shows all points of the finished object, instead of those that were added.
   *  @param spacing distance between neighbors in meters
   *  @throws RangeError if positions, colors and logits disagree */
  object(points: OccupancyPoints, spacing: number): void {
    const ordered = orderByLogit(points);
    this.replace('points', ordered, spacing);
    this.logits = ordered.logits;
    if (!this.surface) this.follow(sphereAround(this.clouds.points!.group));
  }

  /** Shows the finished object's points above a probability.
   *  @returns their number
   *  @throws RangeError unless 0 < probability < 1
   *  @throws Error before `object` */
  threshold(probability: number): number {
    if (!this.logits)
      throw new Error('Stage: a threshold needs the finished points. Call object(points, spacing) first.');
    const count = countAbove(this.logits, probability);
    this.clouds.points?.show(count);
    this.draw();
    return count;
  }

  /** Puts the surface on the stage, instead of an earlier one. Arrays of a mesh are kept, not copied. */
  mesh(mesh: Mesh | TexturedMesh | Surface): void {
    this.removeSurface();
    this.surface = mesh instanceof Surface ? mesh : Surface.of(mesh);
    this.surface.light(this.isLit);
    this.scene.add(this.surface.group);
    this.layer(...this.visible);
    this.follow(sphereAround(this.surface.group));
  }

  /** Shades the surface, or shows the photo's own colors. */
  light(isLit: boolean): void {
    this.isLit = isLit;
    this.surface?.light(isLit);
    this.draw();
  }

  /** Shows these layers and no others. A layer without content is empty. */
  layer(...layers: Layer[]): void {
    this.visible = layers;
    for (const name of ['mesh', 'points', 'seen'] as const) {
      const group = this.groupOf(name);
      if (group) group.visible = layers.includes(name);
    }
    this.draw();
  }

  /** Width, height and depth in meters of what a layer shows; undefined without content. */
  size(layer: Layer): [number, number, number] | undefined {
    const group = this.groupOf(layer);
    return group && boxAround(group).getSize(new Vector3()).toArray();
  }

  /** Turns to a side, with the whole object in view. */
  show(side: Side): void {
    this.rig.show(side);
  }

  /** Turns by angles in degrees: to the right around the object, and upwards. */
  rotate(yaw: number, pitch: number): void {
    this.rig.rotate(yaw, pitch);
  }

  /** @param factor of the distance; below 1 comes nearer */
  zoom(factor: number): void {
    this.rig.zoom(factor);
  }

  /**
   * Looks through the photo's camera, until somebody turns the object: then `onLeavePhoto` is called. The photo itself, in the same
   * place with `object-fit: contain`, lies under the object pixel by pixel.
   * @param width, height of the photo in pixels
   */
  photoCamera(intrinsics: Intrinsics, width: number, height: number): void {
    this.rig.lookThrough({ intrinsics, width, height });
  }

  /** The view as a PNG file with a transparent background. @param width, height in pixels
   *  @throws Error if the browser cannot draw or encode it */
  async picture(width: number, height: number): Promise<Blob> {
    if (this.renderer.getContext().isContextLost()) {
      throw new Error(
        'The browser took the drawing context away. Take the picture when the object is back, or reload the page.',
      );
    }
    this.render(width, height, 1);
    // In the same task: afterwards the canvas may be empty.
    const encoded = new Promise<Blob | null>((resolve) => this.canvas.toBlob(resolve, 'image/png'));
    this.fit();
    const blob = await encoded;
    if (!blob)
      throw new Error(`The browser could not make a picture of ${width} x ${height} pixels. Take a smaller one.`);
    return blob;
  }

  /** Removes everything from the stage. The next content is in view at once. */
  clear(): void {
    this.removeSurface();
    this.removeCloud('seen');
    this.removeCloud('points');
    this.bounds.makeEmpty();
    this.rig.reset();
    this.draw();
  }

  /** Gives everything back that the device holds. The canvas shows nothing more. */
  dispose(): void {
    this.clear();
    cancelAnimationFrame(this.scheduled);
    this.observer.disconnect();
    this.rig.dispose();
    this.canvas.removeEventListener('webglcontextlost', this.onLost);
    this.canvas.removeEventListener('webglcontextrestored', this.onRestored);
    this.renderer.dispose();
  }

  private readonly onLost = (): void => this.listener.onLost?.();
  private readonly onRestored = (): void => {
    this.fit();
    this.listener.onRestored?.();
  };

  private groupOf(layer: Layer): Group | undefined {
    return layer === 'mesh' ? this.surface?.group : this.clouds[layer]?.group;
  }

  private newCloud(layer: 'seen' | 'points'): Cloud {
    const cloud = new Cloud();
    cloud.group.visible = this.visible.includes(layer);
    cloud.group.updateMatrixWorld();
    this.scene.add(cloud.group);
    return cloud;
  }

  private replace(layer: 'seen' | 'points', points: ColoredPoints, spacing: number): void {
    const cloud = this.newCloud(layer);
    cloud.add(points, spacing);
    this.removeCloud(layer);
    this.clouds[layer] = cloud;
    this.draw();
  }

  private removeCloud(layer: 'seen' | 'points'): void {
    this.clouds[layer]?.group.removeFromParent();
    this.clouds[layer]?.dispose();
    this.clouds[layer] = undefined;
    if (layer === 'points') this.logits = undefined;
  }

  private removeSurface(): void {
    this.surface?.group.removeFromParent();
    this.surface?.dispose();
    this.surface = undefined;
  }

  private follow(bounds: Sphere): void {
    this.bounds.copy(bounds);
    if (!bounds.isEmpty()) this.rig.follow(bounds);
    this.draw();
  }

  /** Draws before the screen is shown next. */
  private draw(): void {
    this.scheduled ||= requestAnimationFrame((now) => {
      this.scheduled = 0;
      if (this.rig.step(now)) this.draw();
      this.renderScene();
    });
  }

  /** Fits the picture to the canvas. */
  private fit(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0 || height === 0) return;
    // At once: a canvas that was resized is empty until it is drawn.
    this.render(width, height, Math.min(devicePixelRatio, MAX_DENSITY));
  }

  private render(width: number, height: number, density: number): void {
    this.renderer.setPixelRatio(density);
    this.renderer.setSize(width, height, false);
    this.rig.resize(width / height);
    this.renderScene();
  }

  private renderScene(): void {
    const { top, bottom } = this.rig.lens;
    for (const cloud of [this.clouds.seen, this.clouds.points]) cloud?.lens((top - bottom) / 2);
    this.renderer.render(this.scene, this.rig.camera);
  }
}

function openRenderer(canvas: HTMLCanvasElement): WebGLRenderer {
  try {
    return new WebGLRenderer({ canvas, antialias: true, alpha: true });
  } catch (cause) {
    throw new Error(
      'This browser cannot draw in 3D here, because WebGL is missing or turned off. Turn on hardware acceleration in its ' +
        'settings, or open this page in another browser.',
      { cause },
    );
  }
}
