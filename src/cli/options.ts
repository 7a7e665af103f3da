/** Options that several commands share: their help texts, and parsers that reject bad values before any work starts. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { bundled } from '../../weights/manifest.ts';
import type { Box } from '../pipeline/roles.ts';
import { type Axes, parseAxes } from '../io/pointAxes.ts';
import { MESH_FORMAT_NAMES, type MeshFormatName } from '../io/mesh/names.ts';
import { DEFAULT_FACES, DEFAULT_FOV, DEFAULT_TEXTURE, MIN_FACES, TEXTURE_RANGE } from '../pipeline/defaults.ts';
import type { PromptBox, PromptPoint } from '../pipeline/roles.ts';

export interface PromptOptions {
  box?: PromptBox;
  point?: PromptPoint[];
  mask?: string;
  /** Number of a mask in that file. */
  pick?: string;
}

/** One of several objects: what follows an --object. */
export interface ObjectGroup extends PromptOptions {
  name?: string;
}

export interface MeshOptions {
  /** Formats besides glb and ply. */
  format: MeshFormatName[];
  faces: number;
  /** Width of the texture in pixels; 0: colors at the vertices alone. */
  texture: number;
  fuseDepth: 'on' | 'off';
}

export interface EngineOptions {
  weights: string;
  weightsDir?: string;
  size: 'small' | 'full';
  precision: 'f32' | 'f16';
  adapter: string;
  /** Bytes of memory for networks. */
  maxMemory?: number;
  /** File for the trace of GPU times. */
  profile?: string;
}

export interface ReportOptions {
  quiet?: boolean;
  json?: boolean;
}

/** --box and --point: which object of the photo is meant. */
export function addPromptOptions(command: Command): Command {
  command
    .option('--box <x0,y0,x1,y1>', 'box around the object, in pixels of the photo', ofGroup(command, 'box', onlyBox))
    .option(
      '--point <x,y[,label]>',
      'pixel on the object (label 1, the default) or off it (label 0); may be repeated',
      ofGroup(command, 'point', collectPoint),
    );
  return leaveToGroups(command, 'box', 'point');
}

/** Of options that went to an --object, the command itself has none: commander makes '' or true of what a parser leaves undefined. */
function leaveToGroups(command: Command, ...names: (keyof PromptOptions)[]): Command {
  for (const name of names) {
    command.on(`option:${name}`, () => {
      const left: unknown = command.getOptionValue(name);
      if (left === '' || left === true) command.setOptionValue(name, undefined);
    });
  }
  return command;
}

/** A parser of an option that belongs to the last --object before it, if there is one. */
function ofGroup<Name extends keyof PromptOptions>(
  command: Command,
  name: Name,
  parse: (text: string, before: PromptOptions[Name]) => PromptOptions[Name],
): (text: string, before: PromptOptions[Name]) => PromptOptions[Name] {
  return (text, before) => {
    const group = (command.getOptionValue('object') as ObjectGroup[] | undefined)?.at(-1);
    if (!group) return parse(text, before);
    group[name] = parse(text, group[name]);
    return before;
  };
}

/** --mask and --pick: a finished mask, instead of --box and --point. */
export function addMaskOption(command: Command): Command {
  const option = new Option(
    '--mask <file>',
    'mask to use instead of --box and --point: an image as large as the photo, white on the object; or with --pick a ' +
      'label PNG, or COCO’s or SA-1B’s .json',
  );
  option.conflicts(['box', 'point']).argParser(ofGroup(command, 'mask', (path) => path));
  return addPickOption(leaveToGroups(command.addOption(option), 'mask'));
}

/** --pick: which mask of a file with several. */
export function addPickOption(command: Command): Command {
  command.option(
    '--pick <number>',
    'which mask of the --mask file: the "id" in a .json, or the value of the object’s pixels in a label PNG',
    ofGroup(command, 'pick', (number) => number),
  );
  return leaveToGroups(command, 'pick');
}

/** --fov and --focal. */
export function addCameraOptions(command: Command): Command {
  return command
    .option(
      '--fov <degrees>',
      `horizontal field of view (default: from the EXIF focal length, else ${DEFAULT_FOV})`,
      parseFov,
    )
    .addOption(
      new Option('--focal <pixels>', 'focal length in pixels of the photo').argParser(parsePositive).conflicts('fov'),
    );
}

/** --format, --faces, --texture and --fuse-depth: the object's mesh. */
export function addMeshOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--format <names>',
        `further mesh files: ${MORE_FORMATS.join(', ')}; a list, or repeated (glb and ply are always written)`,
      )
        .argParser(collectFormats)
        .default([], 'none'),
    )
    .option('--faces <n>', 'number of triangles of the mesh, about', parseFaces, DEFAULT_FACES)
    .option(
      '--texture <pixels>',
      'width of the mesh’s texture; 0 for colors at the vertices instead',
      parseTexture,
      DEFAULT_TEXTURE,
    )
    .addOption(
      new Option('--fuse-depth <on|off>', 'whether the visible side of the mesh follows the photo’s depth')
        .choices(['on', 'off'])
        .default('on'),
    );
}

/** --weights, --weights-dir, --size, --precision, --adapter and --profile. */
export function addEngineOptions(command: Command): Command {
  return addAdapterOption(command)
    .option(
      '--weights <source>',
      'tiny, official, official:ID,..., a folder, files separated by commas, or synthetic:SEED',
      parseWeights,
      bundled.id,
    )
    .option(
      '--weights-dir <folder>',
      'folder of the released checkpoints (default: in the cache folder of this platform)',
    )
    .addOption(
      new Option('--size <size>', 'size of the networks, for --weights synthetic:SEED only')
        .choices(['small', 'full'])
        .default('small'),
    )
    .addOption(
      new Option('--precision <type>', 'storage type of large weights and activations; f16 takes half the memory')
        .choices(['f32', 'f16'])
        .default('f32'),
    )
    .option(
      '--max-memory <size>',
      'memory that the networks may take, such as 2GB or 700MiB; without a GPU, the process takes about 200 MiB more',
      parseBytes,
    )
    .option('--profile <file.json>', 'print where the time goes, and write a trace for ui.perfetto.dev');
}

/** --adapter. */
export function addAdapterOption(command: Command): Command {
  return command.option('--adapter <name>', 'auto, gpu, software, or part of an adapter’s name', 'auto');
}

/** --quiet and --json. */
export function addReportOptions(command: Command): Command {
  return command
    .option('--quiet', 'print no progress')
    .option('--json', 'print the summary as JSON on standard output');
}

/** Parses `x0,y0,x1,y1` with x0 < x1 and y0 < y1. Exported for tests. */
export function parseBox(text: string): PromptBox {
  const values = parseNumbers(text);
  if (values?.length !== 4) throw new InvalidArgumentError('Expected four numbers x0,y0,x1,y1.');
  const [x0, y0, x1, y1] = values;
  if (!(x0 < x1 && y0 < y1)) {
    throw new InvalidArgumentError('The box is empty: x0 must be less than x1, and y0 less than y1.');
  }
  return [x0, y0, x1, y1];
}

/** One object has one box: a second one would replace the first without a word. */
function onlyBox(text: string, before: PromptBox | undefined): PromptBox {
  if (before) throw new InvalidArgumentError('There is more than one --box. Give the one around the object.');
  return parseBox(text);
}

/** Parses `x,y` or `x,y,label` with label 0 or 1. Exported for tests. */
export function parsePoint(text: string): PromptPoint {
  const values = parseNumbers(text);
  if (values?.length !== 2 && values?.length !== 3) throw new InvalidArgumentError('Expected x,y or x,y,label.');
  const [x, y, label = 1] = values;
  if (label !== 0 && label !== 1) {
    throw new InvalidArgumentError('The label must be 1 (on the object) or 0 (off it).');
  }
  return { x, y, label };
}

const collectPoint = (text: string, before: PromptPoint[] = []): PromptPoint[] => [...before, parsePoint(text)];

/** Parses degrees between 0 and 180, both excluded. Exported for tests. */
export function parseFov(text: string): number {
  const value = parseNumber(text);
  if (value === undefined || value <= 0 || value >= 180) {
    throw new InvalidArgumentError('Expected degrees between 0 and 180.');
  }
  return value;
}

/** What `--sweep` is called in the engine's options. */
export const SWEEP_OF = { coarse: 'coarseToFine', full: 'full' } as const;

/** Parses `x0,y0,z0,x1,y1,z1` with x0 < x1, y0 < y1 and z0 < z1. */
export function parseGridBox(text: string): Box {
  const values = parseNumbers(text);
  if (values?.length !== 6) throw new InvalidArgumentError('Expected six numbers x0,y0,z0,x1,y1,z1.');
  const [x0, y0, z0, x1, y1, z1] = values;
  if (!(x0 < x1 && y0 < y1 && z0 < z1)) {
    throw new InvalidArgumentError('The box is empty: x0 must be less than x1, y0 less than y1, and z0 less than z1.');
  }
  return { min: [x0, y0, z0], max: [x1, y1, z1] };
}

/** Mesh files that are always written. */
export const ALWAYS_WRITTEN: readonly MeshFormatName[] = ['glb', 'ply'];
const MORE_FORMATS = MESH_FORMAT_NAMES.filter((name) => !ALWAYS_WRITTEN.includes(name));

function collectFormats(text: string, before: MeshFormatName[]): MeshFormatName[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  const unknown = names.find((name) => !(MESH_FORMAT_NAMES as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`There is no mesh format '${unknown}'. There are: ${MESH_FORMAT_NAMES.join(', ')}.`);
  }
  return [...new Set([...before, ...(names as MeshFormatName[])])];
}

function parseFaces(text: string): number {
  const value = parseNumber(text);
  if (value === undefined || !Number.isInteger(value) || value < MIN_FACES) {
    throw new InvalidArgumentError(`Expected a whole number of at least ${MIN_FACES}, such as ${DEFAULT_FACES}.`);
  }
  return value;
}

function parseTexture(text: string): number {
  const value = parseNumber(text);
  const [smallest, largest] = TEXTURE_RANGE;
  if (value === 0) return 0;
  if (value === undefined || !Number.isInteger(value) || value < smallest || value > largest) {
    throw new InvalidArgumentError(
      `Expected a whole number of pixels from ${smallest} to ${largest}, or 0 for no texture.`,
    );
  }
  return value;
}

/** Parses `x,-y,-z`: which axes of a point cloud point right, down and forward. */
export function parseCloudAxes(text: string): Axes {
  const axes = parseAxes(text);
  if (axes) return axes;
  throw new InvalidArgumentError('Expected the axes that point right, down and forward, such as x,y,z or x,-y,-z.');
}

/** Parses the name of a recording. */
export function parseRrd(text: string): string {
  if (!/\.rrd$/i.test(text)) throw new InvalidArgumentError('The name of a recording ends in .rrd.');
  return text;
}

/** Parses a probability between 0 and 1. Both ends are excluded: 0 would keep every point, and 1 none. */
export function parseThreshold(text: string): number {
  const value = parseNumber(text);
  if (value === undefined || value <= 0 || value >= 1) {
    throw new InvalidArgumentError('Expected a probability between 0 and 1.');
  }
  return value;
}

/** Checks `synthetic:SEED`; other sources are checked when they are opened. Exported for tests. */
export function parseWeights(text: string): string {
  if (text.startsWith('synthetic') && !/^synthetic:\d{1,9}$/.test(text)) {
    throw new InvalidArgumentError('Expected synthetic:SEED with a whole number, such as synthetic:1.');
  }
  return text;
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ kb: 1e3, mb: 1e6, gb: 1e9 },
  ...{ kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 },
};

/** Parses a number of bytes with its unit, such as 2GB or 700MiB. Exported for tests. */
export function parseBytes(text: string): number {
  const [, digits, unit] = /^\s*([\d.]+)\s*([kmg]i?b)\s*$/i.exec(text) ?? [];
  const bytes = Math.floor((parseNumber(digits ?? '') ?? 0) * (UNITS[unit?.toLowerCase()] ?? 0));
  if (bytes === 0) throw new InvalidArgumentError('Expected a size with its unit, such as 2GB or 700MiB.');
  return bytes;
}

/** Parses a number above 0. */
export function parsePositive(text: string): number {
  const value = parseNumber(text);
  if (value === undefined || value <= 0) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}

/** Parses a whole number above 0. */
export function parseCount(text: string): number {
  const value = parseNumber(text);
  if (value === undefined || !Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError('Expected a whole number above 0.');
  }
  return value;
}

function parseNumbers(text: string): number[] | undefined {
  const values = text.split(',').map(parseNumber);
  return values.includes(undefined) ? undefined : (values as number[]);
}

/** Parses a finite decimal number. `Number` alone would read '' and ' ' as 0, and accept hexadecimal. */
function parseNumber(text: string): number | undefined {
  return /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(text) && Number.isFinite(Number(text))
    ? Number(text)
    : undefined;
}
