/** Reads what RADV prints with RADV_DEBUG=asm,shaderstats: the machine code of programs, and their registers and memory. */

/** Stands before the hash of the program that the driver prints next. */
export const MARK = 'unflat program ';

/** How often the instructions of each kind occur. */
export interface Counts {
  /** Multiply-adds of f32; one instruction that does two counts twice. */
  readonly multiplyAdds: number;
  /** Vector instructions, multiply-adds included, counted the same way. A matrix instruction takes the time of 64. */
  readonly vector: number;
  /** Matrix instructions; absent where there are none. */
  readonly matrix?: number;
  /** Bytes that a thread loads from workgroup memory. */
  readonly sharedBytes: number;
  /** Loads of workgroup memory by their width in bits. */
  readonly sharedLoads: Readonly<Record<number, number>>;
  readonly sharedStores: number;
  readonly globalLoads: number;
  /** Bytes that a thread loads from buffers and textures. */
  readonly globalBytes: number;
  readonly globalStores: number;
  readonly barriers: number;
  readonly scalar: number;
}

export interface Loop extends Counts {
  /** Loops around this one. */
  readonly depth: number;
  /** How often it runs each time, where that is known from the code; else 1. */
  readonly trips: number;
  /** Counts of one run through this loop with all loops inside it, those as often as they are known to run. */
  readonly whole: Counts;
}

/** One program as the driver compiled it. */
export interface Listing {
  readonly hash: string;
  /** Vector registers of a thread. */
  readonly vgprs: number;
  /** Scalar registers of a wave that are in use at once. */
  readonly sgprs: number;
  readonly spills: number;
  readonly ldsBytes: number;
  /** Waves of 32 threads that fit on a SIMD unit at once; one of 64 counts as two. */
  readonly waves: number;
  readonly instructions: number;
  readonly counts: Counts;
  /** In the order of the code. */
  readonly loops: readonly Loop[];
}

interface Instruction {
  readonly name: string;
  readonly operands: string;
}

/**
 * @param text all that the driver wrote, with a line `MARK` + hash before each program
 * @throws Error for a program without machine code or statistics
 */
export function readListings(text: string): Listing[] {
  return text
    .split(`\n${MARK}`)
    .slice(1)
    .map((part) => readListing(part.slice(0, part.indexOf('\n')).trim(), part));
}

function readListing(hash: string, text: string): Listing {
  const { code, labels } = readCode(text);
  const stat = (name: string): number => {
    const found = new RegExp(`^${name}: (\\d+)$`, 'm').exec(text);
    if (!found) {
      throw new Error(
        `The driver printed no "${name}" for program ${hash}. Is this Mesa's RADV, with RADV_DEBUG=asm,shaderstats?`,
      );
    }
    return Number(found[1]);
  };
  if (code.length === 0) throw new Error(`The driver printed no machine code for program ${hash}.`);
  return {
    hash,
    vgprs: stat('VGPRs'),
    sgprs: stat('Pre-Sched SGPRs'),
    spills: stat('Spilled SGPRs') + stat('Spilled VGPRs'),
    ldsBytes: stat('LDS size'),
    waves: stat('Subgroups per SIMD'),
    instructions: code.length,
    counts: countsOf(code),
    loops: loopsOf(code, labels),
  };
}

/** The instructions, and the index that each label stands before. */
function readCode(text: string): { code: Instruction[]; labels: Map<string, number> } {
  const code: Instruction[] = [];
  const labels = new Map<string, number>();
  for (const line of text.split('\n')) {
    const label = /^(BB\d+):/.exec(line);
    if (label) labels.set(label[1], code.length);
    const instruction = /^\t([a-z]\w+)(.*?)\s*;/.exec(line);
    if (instruction) code.push({ name: instruction[1], operands: instruction[2].trim() });
    const repeated = /^\t\(then repeated (\d+) times\)/.exec(line);
    if (repeated) code.push(...Array.from({ length: Number(repeated[1]) }, () => code[code.length - 1]));
  }
  return { code, labels };
}

/** A branch to an earlier place ends a loop. Several to one place are one loop, up to the last of them. */
function loopsOf(code: readonly Instruction[], labels: ReadonlyMap<string, number>): Loop[] {
  const ends = new Map<number, number>();
  code.forEach(({ name, operands }, i) => {
    const target = /^s_c?branch/.test(name) ? labels.get(operands) : undefined;
    if (target !== undefined && target <= i) ends.set(target, i + 1);
  });
  const ranges = [...ends].map(([from, to]) => ({ from, to })).sort((a, b) => a.from - b.from || b.to - a.to);
  const isInside = (inner: Range, outer: Range): boolean =>
    inner !== outer && inner.from >= outer.from && inner.to <= outer.to;
  const loopOf = (range: Range): Loop => {
    const inside = ranges.filter((other) => isInside(other, range));
    const direct = inside.filter((one) => !inside.some((other) => isInside(one, other)));
    const own = code.filter(
      (_, i) => i >= range.from && i < range.to && !direct.some(({ from, to }) => i >= from && i < to),
    );
    const counts = countsOf(own);
    const whole = direct.map(loopOf).reduce((sum, loop) => added(sum, loop.whole, loop.trips), counts);
    const depth = ranges.filter((other) => isInside(range, other)).length;
    return { ...counts, depth, trips: tripsOf(own, code.slice(0, range.from)), whole };
  };
  return ranges.map(loopOf);
}

/** Instructions from..to - 1. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** A loop runs a known number of times if a scalar counter starts at 0, grows by a constant and is compared with one. */
function tripsOf(own: readonly Instruction[], before: readonly Instruction[]): number {
  for (const { name, operands } of own) {
    const limit = /^(s\d+), (\w+)$/.exec(operands);
    if (!/^s_cmp_(ge|lt)_[ui]32$/.test(name) || !limit || Number.isNaN(Number(limit[2]))) continue;
    const [, counter, end] = limit;
    const step = own.find((one) => one.name === 's_add_u32' && one.operands.startsWith(`${counter}, ${counter}, `));
    const start = before.findLast((one) => one.operands.startsWith(`${counter}, `));
    const by = Number(step?.operands.split(', ')[2]);
    if (start?.name === 's_mov_b32' && start.operands === `${counter}, 0` && by > 0) return Math.ceil(Number(end) / by);
  }
  return 1;
}

/** a + times b */
export function added(a: Counts, b: Counts, times: number): Counts {
  const sum = (name: Exclude<keyof Counts, 'sharedLoads' | 'matrix'>): number => a[name] + times * b[name];
  const matrix = (a.matrix ?? 0) + times * (b.matrix ?? 0);
  const widths = [...new Set([...Object.keys(a.sharedLoads), ...Object.keys(b.sharedLoads)])].map(Number);
  return {
    multiplyAdds: sum('multiplyAdds'),
    vector: sum('vector'),
    ...(matrix > 0 && { matrix }),
    sharedBytes: sum('sharedBytes'),
    sharedLoads: Object.fromEntries(
      widths.map((width) => [width, (a.sharedLoads[width] ?? 0) + times * (b.sharedLoads[width] ?? 0)]),
    ),
    sharedStores: sum('sharedStores'),
    globalLoads: sum('globalLoads'),
    globalBytes: sum('globalBytes'),
    globalStores: sum('globalStores'),
    barriers: sum('barriers'),
    scalar: sum('scalar'),
  };
}

/** A matrix instruction of RDNA 3 multiplies 16 x 16 by 16 x 16 for 32 threads, at 256 multiply-adds per clock and compute unit. */
const MATRIX_MULTIPLY_ADDS = 16 ** 3 / 32;
const MATRIX_TIME = MATRIX_MULTIPLY_ADDS / 2;

const MULTIPLY_ADD = /^v_(dual_)?(fma|fmac|fmaak|fmamk|mac|mad)_f32|^v_dual_(fmaak|fmamk)_f32/;

function countsOf(code: readonly Instruction[]): Counts {
  let [multiplyAdds, vector, matrix, sharedBytes, sharedStores] = [0, 0, 0, 0, 0];
  let [globalLoads, globalBytes, globalStores, barriers, scalar] = [0, 0, 0, 0, 0];
  const sharedLoads: Record<number, number> = {};
  for (const { name, operands } of code) {
    if (name.startsWith('v_wmma')) {
      matrix++;
      vector += MATRIX_TIME;
      multiplyAdds += MATRIX_MULTIPLY_ADDS;
    } else if (name.startsWith('v_')) {
      // A second instruction that is issued with the first stands behind "::".
      const names = [name, ...[...operands.matchAll(/::\s*(\w+)/g)].map(([, second]) => second)];
      vector += names.length;
      multiplyAdds += names.reduce((sum, one) => sum + multiplyAddsOf(one), 0);
    } else if (/^ds_(load|read)/.test(name)) {
      const bits = widthOf(name);
      sharedLoads[bits] = (sharedLoads[bits] ?? 0) + 1;
      sharedBytes += bits / 8;
    } else if (/^ds_(store|write)/.test(name)) sharedStores++;
    else if (/^(buffer|global|image|flat|scratch)_(load|sample|gather)/.test(name)) {
      globalLoads++;
      globalBytes += widthOf(name) / 8;
    } else if (/^(buffer|global|image|flat|scratch)_(store|atomic)/.test(name)) globalStores++;
    else if (name.startsWith('s_barrier')) barriers++;
    else if (/^s_(?!delay_alu|waitcnt|nop|clause)/.test(name)) scalar++;
  }
  const shared = { sharedBytes, sharedLoads, sharedStores };
  return {
    multiplyAdds,
    vector,
    ...(matrix > 0 && { matrix }),
    ...shared,
    globalLoads,
    globalBytes,
    globalStores,
    barriers,
    scalar,
  };
}

/** Packed instructions do two, dot products of halves two. */
function multiplyAddsOf(name: string): number {
  if (MULTIPLY_ADD.test(name)) return 1;
  return /^v_pk_(fma|fmac|mad)/.test(name) || /^v_dot2/.test(name) ? 2 : 0;
}

/** Bits of a load: `ds_load_b128`, `ds_read2_b32`, `ds_load_2addr_stride64_b32`, `buffer_load_dwordx4`, a texel of an image. */
function widthOf(name: string): number {
  if (name.startsWith('image_')) return 128;
  const words = /dword(?:x(\d))?/.exec(name);
  const bits = words ? 32 * Number(words[1] ?? 1) : Number(/_[bui](\d+)/.exec(name)?.[1] ?? 32);
  return /2addr|read2/.test(name) ? 2 * bits : bits;
}
