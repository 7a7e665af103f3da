/** A stand-in for the engine of the command line, and a command line that gets it. */
import type { CreateEngine, Engine } from '../../src/cli/context.ts';
import { runProgram } from '../../src/cli/program.ts';
import {
  NodeMesh,
  NodeObject,
  PointCloud,
  runsOf,
  type CallOptions,
  type ObjectRequest,
  type SceneOptions,
  type EverythingOptions,
  type FoundMask,
  type ObjectMesh,
  type PromptOptions,
  type ReconstructOptions,
} from '../../src/node.ts';
import { texturedTorus, torus } from './meshes.ts';

/** Size of the photo that it expects. */
export const [WIDTH, HEIGHT] = [4, 3];

type OpenSession = Awaited<ReturnType<Engine['open']>>;

type SurfaceFacts = ObjectMesh['facts'];

interface Answer {
  partial?: boolean;
  /** Why it is partial. */
  problem?: string;
  empty?: boolean;
  fail?: Error;
  /** What is known of the mesh; false: there is none. */
  mesh?: false | Partial<SurfaceFacts>;
  /** Why there is no mesh. */
  meshProblem?: string;
  /** Depth of every pixel, in meters. */
  depth?: number;
  /** Of several objects, names of those that fail, and of those that are not made because the work is stopped. */
  failed?: string[];
  stopped?: string[];
  /** Called while the engine works. */
  during?: () => void;
}

/** Engine that notes what it was asked and answers with fixed values, or with the mask and depth that it was given. */
export function standIn(answer: Answer = {}) {
  const asked: {
    options?: ReconstructOptions;
    prompt?: PromptOptions;
    everything?: EverythingOptions;
    objects?: readonly ObjectRequest[];
    scene?: SceneOptions;
    call?: CallOptions;
    created: number;
    opened: number;
    disposed: number;
  } = {
    created: 0,
    opened: 0,
    disposed: 0,
  };
  const mask = new Uint8Array(WIDTH * HEIGHT).fill(1, 5, 7);
  const depth = new Float32Array(WIDTH * HEIGHT).fill(answer.depth ?? 1.5);
  const points = new PointCloud(new Float32Array([0, 0, 1.5, 0.1, 0, 1.5]), new Uint8Array([1, 2, 3, 4, 5, 6]));
  const candidate = { mask, quality: 0.9, stability: 0.8, lowRes: new Float32Array(1) };
  const camera = { fx: 4, fy: 4, cx: 2, cy: 1.5 };
  const focal = { pixels: 4, source: 'default' } as const;
  const normalization = { scale: 0.5, center: [0, 0, 3] as const };
  const tell = (call: CallOptions = {}): void => {
    asked.call = call;
    call.onProfile?.([{ kernel: 'matmul', scope: 'sam', flops: 2e6, startMs: 0, ms: 1 }]);
    call.onProgress?.({ stage: 'weights', done: 1, total: 1 });
  };
  const objectsOf = async (
    photo: Parameters<Engine['open']>[0],
    objects: readonly ObjectRequest[],
    options?: SceneOptions,
    call?: CallOptions,
  ): ReturnType<OpenSession['objects']> => {
    Object.assign(asked, { objects, scene: options });
    const { failed = [], stopped = [] } = answer;
    const names = objects.map(({ name }) => name!);
    const one = await engine.reconstruct(photo, { ...options, box: [0, 0, 1, 1] }, call);
    const { depth: found, seconds, preview, ...made } = one;
    const whole = names.filter((name) => !failed.includes(name) && !stopped.includes(name));
    return {
      ...{ depth: found, seconds, stopped, ...(whole.length > 0 && { preview }) },
      objects: whole.map((name) => ({ ...made, name, preview })),
      failed: failed.map((name) => ({ name, problem: 'The mask is too small.' })),
    };
  };
  const engine: Engine = {
    open: (photo) => {
      asked.opened++;
      const session: Partial<OpenSession> = {
        photo: photo as OpenSession['photo'],
        reconstruct: (options, call) => engine.reconstruct(photo, options, call),
        everything: (options, call) => engine.everything(photo, options, call),
        objects: (objects, options, call) => objectsOf(photo, objects, options, call),
        close: () => undefined,
      };
      return Promise.resolve(session as OpenSession);
    },
    segment: (_photo, prompt, call) => {
      asked.prompt = prompt;
      tell(call);
      return Promise.resolve({ candidates: [candidate], chosen: 0 });
    },
    everything: (_photo, options, call) => {
      asked.everything = options;
      tell(call);
      const found: FoundMask = {
        ...{ mask: runsOf(mask, { width: WIDTH, height: HEIGHT }), area: 2, box: [1, 1, 2, 1] },
        ...{ quality: 0.9, stability: 0.96, point: { x: 1.5, y: 1.5 }, crop: [0, 0, WIDTH, HEIGHT] },
      };
      return Promise.resolve(answer.empty ? [] : [found]);
    },
    depth: (_photo, _camera, call) => {
      tell(call);
      return Promise.resolve({ meters: depth, camera, estimated: true, focal });
    },
    reconstruct: async (_, options, call) => {
      asked.options = options;
      tell(call);
      answer.during?.();
      // Signals of the process come between two tasks.
      await new Promise((resolve) => setTimeout(resolve));
      if (answer.fail) throw answer.fail;
      const partial = answer.partial ?? false;
      const kept = {
        ...(answer.empty ? { xyz: new Float32Array(), rgb: new Uint8Array() } : { xyz: points.xyz, rgb: points.rgb }),
        logits: new Float32Array(answer.empty ? 0 : 2).fill(3),
        indices: new Uint32Array(answer.empty ? 0 : 2),
        grid: new Float32Array(answer.empty ? 0 : 6),
      };
      const swept = { queries: partial ? 500 : 1000, of: 1000 };
      const field = {
        counts: [2, 2, 4],
        axes: Float32Array.of(-1, 0, -1, 0, -2, -1, 0, 1),
        logits: new Float32Array(16).fill(3),
      } as const;
      const role = options.scene ? ('scene' as const) : ('complete' as const);
      const facts = {
        role,
        spacing: 0.02,
        normalization,
        field,
        swept,
        partial,
        problem: answer.problem,
        kept,
        minThreshold: 0.05,
      };
      const box = { top: 0, bottom: 3, left: 0, right: 4 };
      return {
        ...{
          mask: options.mask ?? mask,
          candidate,
          depth: { meters: options.depth ?? depth, camera, estimated: !options.depth, focal },
        },
        seen: {
          ...{
            rgb: new Float32Array(),
            xyz: new Float32Array(),
            valid: new Uint32Array(),
            cloud: points,
            role,
            normalization,
          },
          crop: { box, side: 4, maskCount: 2, pointCount: 2, validCount: 2 },
        },
        object: new NodeObject(facts, 0.1),
        ...(answer.mesh !== false &&
          role === 'complete' &&
          !partial &&
          !answer.empty && { mesh: meshOf(options, answer.mesh) }),
        meshProblem: answer.meshProblem,
        preview: { width: 2, height: 1, rgba: new Uint8Array(8).fill(255) },
        seconds: { sweep: 1 },
      };
    },
    describe: () => ({
      ...{ adapter: 'stand-in', adapterClass: 'software', precision: 'f32', weights: 'synthetic:1' },
      seconds: { sweep: 1 },
    }),
    dispose: () => void asked.disposed++,
  };
  const createEngine: CreateEngine = () => {
    asked.created++;
    return Promise.resolve(engine);
  };
  return { asked, createEngine };
}

/** A torus of 576 triangles. */
function meshOf({ texture }: ReconstructOptions, facts: Partial<SurfaceFacts> = {}): NodeMesh {
  return new NodeMesh({
    mesh: torus(),
    ...(texture !== 0 && { textured: texturedTorus() }),
    facts: { parts: 1, dropped: 0, isHollow: true, leaks: false, touches: [], ...facts },
  });
}

/** Runs a command line; gives its exit code and what it printed. */
export async function run(argv: string[], { createEngine }: { createEngine: CreateEngine } = standIn()) {
  let [stdout, stderr] = ['', ''];
  const terminal = { out: (text: string) => void (stdout += text), err: (text: string) => void (stderr += text) };
  const code = await runProgram(argv, { terminal, createEngine });
  return { code, stdout, stderr };
}
