/** WebGPU in Node: loads Dawn from the `webgpu` package and chooses an adapter. */
import { availableParallelism, tmpdir } from 'node:os';
import { adapterName, isSoftware, type SpareAdapter, type Wait } from '../../graph/device.ts';
import type { Precision } from '../../kernels/target.ts';
import { messageOf, UserError } from '../errors.ts';
import { withoutNativeWarnings } from './nativeWarnings.ts';
import { waitForGpu } from './wait.ts';

/**
 * Which adapter to use: `auto` (a GPU if there is one, else a software adapter), `gpu` (never a software adapter),
 * `software`, or part of an adapter's name.
 */
export type AdapterChoice = 'auto' | 'gpu' | 'software' | (string & {});

export interface NodeAdapter {
  gpu: GPU;
  adapter: GPUAdapter;
  /** Whether the driver runs on the CPU, as Mesa's lavapipe does. */
  software: boolean;
  /** Waits for a promise of the adapter or its devices. */
  wait: Wait;
  /** The adapter again, where devices that make machine code help (machineCode.ts). */
  spare?: SpareAdapter;
  /** Releases Dawn. The process can exit after this, once the devices are destroyed. */
  release(): void;
}

/** Name and backend of an adapter, as Dawn lists them. */
export interface AdapterName {
  backend: string;
  name: string;
}

const INSTALL_HINT =
  'Run `npm run setup`, or install a software Vulkan driver: `apt-get install mesa-vulkan-drivers` ' +
  '(on Debian 12: `apt-get install -t bookworm-backports mesa-vulkan-drivers`; the Mesa of Debian 12 itself is too old).';

/** lavapipe, Mesa's software driver, makes machine code when a pipeline first runs; others when it is built. */
const MAKES_CODE_LATE = /llvmpipe|lavapipe/i;
/** More devices that make code would take more memory than they save time: a network has a few slow kernels. */
const MAX_SPARE = 4;

/** Instances of Dawn in use. A referenced instance keeps the process alive. */
const held = new Set<GPU>();

/**
 * Loads Dawn and picks an adapter.
 * @param dawnOptions options of Dawn itself, such as `enable-dawn-features=...` or `backend=...`
 * @throws UserError if Dawn cannot be loaded, or no adapter fits `choice`. The message lists the adapters and how to install one
 */
export async function requestNodeAdapter(
  choice: AdapterChoice = 'auto',
  dawnOptions: string[] = [],
): Promise<NodeAdapter> {
  const dawn = await loadDawn();
  if (choice === 'auto' || choice === 'gpu') {
    // Dawn puts discrete before integrated before software adapters.
    const found = await request(dawn.create(dawnOptions), { powerPreference: 'high-performance' });
    if (found && (choice === 'auto' || !found.software)) return found;
    found?.release();
    throw found ? noMatch(choice, [{ backend: 'vulkan', name: adapterName(found.adapter.info) }]) : noAdapter();
  }
  const names = await listAdapters(dawnOptions);
  if (names.length === 0) throw noAdapter();
  for (const { backend, name } of names) {
    if (choice !== 'software' && !name.toLowerCase().includes(choice.toLowerCase())) continue;
    const found = await request(dawn.create([...dawnOptions, `backend=${backend}`, `adapter=${name}`]));
    if (found && (choice !== 'software' || found.software)) return found;
    found?.release();
  }
  throw noMatch(choice, names);
}

/** Options of Dawn with which an adapter shows what kernels use in a precision: matrix instructions are experimental there. */
export const dawnOptionsFor = (precision: Precision): string[] =>
  precision === 'f16' ? ['enable-dawn-features=allow_unsafe_apis'] : [];

/** The adapters of this machine, best first. Dawn has no function for this, but it lists them in the error for an unknown name. */
export async function listAdapters(dawnOptions: string[] = []): Promise<AdapterName[]> {
  const dawn = await loadDawn();
  try {
    const gpu = dawn.create([...dawnOptions, 'adapter=\u0001no such adapter']);
    await withoutNativeWarnings(() => gpu.requestAdapter());
  } catch (error) {
    return Array.from(messageOf(error).matchAll(/backend: '([^']*)', name: '([^\n]*)'/g), ([, backend, name]) => ({
      backend,
      name,
    }));
  }
  return [];
}

async function loadDawn(): Promise<{ create: (options: string[]) => GPU }> {
  // Mesa warns on every start if this is unset. A compute-only program writes nothing there.
  process.env.XDG_RUNTIME_DIR ??= tmpdir();
  try {
    const { create, globals } = await import('webgpu');
    for (const [name, value] of Object.entries(globals)) {
      if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
    return { create };
  } catch (error) {
    throw new UserError(`WebGPU for Node cannot be loaded: ${messageOf(error)}`, {
      hint: 'Run `npm install`. The `webgpu` package supports Linux, macOS and Windows on x64 and arm64.',
      cause: error,
    });
  }
}

async function request(gpu: GPU, options?: GPURequestAdapterOptions): Promise<NodeAdapter | undefined> {
  const adapter = await withoutNativeWarnings(() => gpu.requestAdapter(options));
  if (!adapter) return undefined;
  held.add(gpu);
  const software = isSoftware(adapter.info);
  const wait: Wait = software ? waitForGpu : (promise) => promise;
  const spare = MAKES_CODE_LATE.test(adapterName(adapter.info))
    ? { count: Math.min(MAX_SPARE, availableParallelism()), request: () => gpu.requestAdapter(options) }
    : undefined;
  return { gpu, adapter, software, wait, spare, release: () => void held.delete(gpu) };
}

const noAdapter = (): UserError =>
  new UserError('No WebGPU adapter was found on this machine.', { hint: INSTALL_HINT });

function noMatch(choice: string, names: AdapterName[]): UserError {
  const list = names.map(({ backend, name }) => `${name} (${backend})`).join(', ');
  return new UserError(`No adapter fits --adapter ${choice}. Found: ${list}.`, {
    hint: choice === 'software' ? INSTALL_HINT : 'Use --adapter auto, or part of one of these names.',
  });
}
