/** What is run on a device with little, in a process of its own: checks of kernels, small networks, the demo. */
import { readFile } from 'node:fs/promises';
import { adapterName, Device } from '../../src/graph/device.ts';
import { requestNodeAdapter } from '../../src/host/node/adapter.ts';
import { BUNDLED } from '../../src/host/node/bundled.ts';
import { decodePhoto } from '../../src/host/node/image.ts';
import { openWeights } from '../../src/host/node/weights.ts';
import { Engine } from '../../src/pipeline/engine.ts';
import { inspectMesh, problemsOf } from '../../src/pipeline/mesh/closed.ts';
import { presets, syntheticSet, type WeightSet } from '../../src/pipeline/registry.ts';
import { runChecks } from '../deep.ts';
import { PROFILES } from './profiles.ts';

/** The job of a child process, as plain data. */
export interface LimitsJob {
  readonly profile: string;
  /** Path of the demo's picture. */
  readonly picture: string;
  /** Kernels to check; all if there are none. */
  readonly kernels: readonly string[];
}

export interface LimitsFinding {
  readonly adapter: string;
  /** Limits that were requested, and features that were not. */
  readonly limits: Readonly<Record<string, number>>;
  readonly features: readonly string[];
  readonly checks: { readonly runs: number; readonly wrong: readonly string[] };
  /** The chain of small networks with generated weights, and the demo with the tiny ones. */
  readonly small: ChainFinding;
  readonly demo: ChainFinding;
  readonly seconds: number;
}

/** What a chain made of a photo; all files of a result need a closed mesh. */
interface ChainFinding {
  readonly granularity: number;
  readonly maskPixels: number;
  readonly points: number;
  readonly triangles: number | null;
  readonly problems: readonly string[];
}

/** Steps of the grids: coarser than by default, for time. */
const GRANULARITY = { small: 0.5, demo: 0.2 } as const;
/** The click of `npm run demo`. */
const CLICK = { x: 240, y: 200, label: 1 } as const;

export async function runLimitsJob({ profile, picture, kernels }: LimitsJob): Promise<LimitsFinding> {
  const begun = performance.now();
  const { device: options } = PROFILES[profile];
  const open = async (): Promise<Device> => {
    const { adapter, wait } = await requestNodeAdapter();
    return Device.create(adapter, { wait, ...options });
  };
  const checking = await open();
  const results = await runChecks(checking, kernels, () => undefined);
  const { limits, features } = checking.gpu;
  const photo = await decodePhoto(await readFile(picture));
  const weights = await openWeights(BUNDLED, presets.small);
  const finding = {
    adapter: adapterName(checking.info),
    limits: Object.fromEntries(LIMITS.map((name) => [name, limits[name]])),
    features: [...features].sort(),
    checks: {
      runs: results.length,
      wrong: results
        .filter(({ passed }) => !passed)
        .map(({ kernel, variant, name, problem }) => `${kernel}, ${variant ?? 'alone'}, ${name}: ${problem}`),
    },
    small: await chain(await open(), syntheticSet(4, presets.small), photo, GRANULARITY.small),
    demo: await chain(await open(), weights.set, photo, GRANULARITY.demo),
    seconds: Math.round((performance.now() - begun) / 1000),
  };
  await weights.close();
  checking.dispose();
  return finding;
}

const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxStorageBuffersPerShaderStage',
  'maxTextureDimension2D',
] as const;

/** From a photo and a click to a mesh. What is wrong with the mesh, and errors, are problems. */
async function chain(
  device: Device,
  weights: WeightSet,
  photo: Awaited<ReturnType<typeof decodePhoto>>,
  granularity: number,
): Promise<ChainFinding> {
  const engine = new Engine({ device, weights });
  try {
    const { mask, object, mesh } = await engine.reconstruct(photo, { points: [CLICK], granularity });
    return {
      granularity,
      maskPixels: mask.reduce((count, inside) => count + inside, 0),
      points: object.xyz.length / 3,
      triangles: mesh ? mesh.mesh.triangles.length / 3 : null,
      problems: [mesh && problemsOf(inspectMesh(mesh.mesh))].flatMap((problem) => problem ?? []),
    };
  } catch (error) {
    return { granularity, maskPixels: 0, points: 0, triangles: null, problems: [(error as Error).message] };
  } finally {
    engine.dispose();
  }
}
