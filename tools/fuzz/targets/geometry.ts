/** Depth maps in .npy files, and point clouds in .obj files. */
import { decodeDepth, decodePointMap } from '../../../src/host/node/geometryFile.ts';
import { digestOf } from '../digest.ts';
import { changedBytes, changedNumber, changedText, cutOff, flipped, joined, oddNumber, textBytes } from '../mutate.ts';
import type { Random } from '../random.ts';
import type { Case, Target } from '../target.ts';

/** Size of the photo that the files belong to. */
const PHOTO = { width: 5, height: 4 };
const PIXELS = PHOTO.width * PHOTO.height;

const TYPES = ['<f2', '>f2', '<f4', '>f4', '<f8', '>f8', '|u1', '|i1', '<u2', '>u2', '<i2', '<u4', '>u4', '<i4'];
const SHAPES = ['(4, 5)', '(4, 5, 1)', '(1, 4, 5)', '(1, 4, 5, 1)'];

interface Npy {
  readonly version: number;
  readonly header: string;
  readonly data: Uint8Array;
}

function soundNpy(random: Random): Npy {
  const type = random.pick(TYPES);
  const order = random.once(3) ? 'True' : 'False';
  const header = `{'descr': '${type}', 'fortran_order': ${order}, 'shape': ${random.pick(SHAPES)}, }`;
  const width = Number(type[2]);
  return {
    version: 1 + random.below(3),
    header: `${header}${' '.repeat(random.below(30))}\n`,
    data: random.bytes(PIXELS * width),
  };
}

function npyBytes({ version, header, data }: Npy, length?: number): Uint8Array {
  const text = textBytes(header);
  const start = new Uint8Array(version >= 2 ? 12 : 10);
  start.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(start.buffer);
  if (version >= 2) view.setUint32(8, (length ?? text.length) >>> 0, true);
  else view.setUint16(8, (length ?? text.length) & 0xffff, true);
  return joined(start, text, data);
}

/** The header with one of its numbers changed. */
function otherNumber(header: string, random: Random): string {
  const numbers = [...header.matchAll(/\d+/g)];
  const { index, 0: digits } = random.pick(numbers);
  const value = changedNumber(Number(digits), random);
  return header.slice(0, index) + String(value) + header.slice(index + digits.length);
}

export const npy: Target = {
  name: 'npy',
  about: 'depth maps in NumPy’s .npy files',
  open() {
    const name = 'depth map';
    return Promise.resolve({
      make(random): Case {
        const sound = soundNpy(random);
        const bytes = npyBytes(sound);
        const kind = random.below(9);
        const of = (changed: Uint8Array): Case['files'] => ({ [name]: changed });
        if (kind === 0) return { files: of(cutOff(bytes, random)), allowed: [] };
        if (kind === 1) return { files: of(joined(bytes, random.bytes(1 + random.below(9)))), allowed: [] };
        if (kind === 2) return { files: of(flipped(bytes, random)) };
        if (kind === 3) return { files: of(changedBytes(bytes, random)) };
        if (kind === 4) return { files: of(npyBytes({ ...sound, version: random.below(256) })) };
        if (kind === 5) return { files: of(npyBytes(sound, oddNumber(random))) };
        const header = kind === 6 ? changedText(sound.header, random) : otherNumber(sound.header, random);
        return { files: of(npyBytes({ ...sound, header })) };
      },
      async read(files) {
        const { meters } = await decodeDepth(files[name], PHOTO);
        return digestOf(meters);
      },
    });
  },
};

/** A number as a line of an .obj file may have it. */
const numberText = (random: Random): string =>
  random.pick([String(random.below(2000) / 100), `-${random.below(9)}.5`, '1e-3', '0', 'nan', 'inf', '.5', '+3']);

function soundObj(random: Random): string[] {
  const vertices = Array.from(
    { length: PIXELS },
    () => `v ${numberText(random)} ${numberText(random)} ${numberText(random)}`,
  );
  const color = random.once(2) ? ' 0.1 0.2 0.3' : '';
  return ['# a comment', ...vertices.map((line) => line + color), 'f 1 2 3', 'vn 0 0 1'];
}

const FIELDS = ['', '1e999', '0x10', '1,5', 'v', '--1', '1e', 'nan(1)', '\u0663', '1\0', '9'.repeat(400), '\x1b[2J'];

export const obj: Target = {
  name: 'obj',
  about: 'point clouds in .obj files',
  open() {
    const name = 'point cloud';
    return Promise.resolve({
      make(random): Case {
        const lines = soundObj(random);
        const end = random.once(3) ? '\r\n' : '\n';
        const at = random.below(lines.length);
        const text = (changed: readonly string[]): Case['files'] => ({ [name]: textBytes(changed.join(end) + end) });
        const kind = random.below(6);
        // With a vertex more or less, the points belong to other pixels.
        const vertex = 1 + random.below(PIXELS);
        if (kind === 0) return { files: text(lines.toSpliced(vertex, 1)), allowed: [] };
        if (kind === 1) return { files: text(lines.toSpliced(vertex, 0, lines[vertex])), allowed: [] };
        if (kind === 2) return { files: { [name]: changedBytes(textBytes(lines.join(end)), random) } };
        if (kind === 3) return { files: text(lines.with(at, changedText(lines[at], random))) };
        const fields = lines[at].split(' ');
        const field = random.below(fields.length);
        return { files: text(lines.with(at, fields.with(field, random.pick(FIELDS)).join(' '))) };
      },
      async read(files) {
        const { xyz, missing } = await decodePointMap(files[name], PHOTO);
        return digestOf(xyz, missing);
      },
    });
  },
};
