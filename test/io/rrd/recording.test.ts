import { tableFromIPC } from '@uwdata/flechette';
import { expect, it } from 'vitest';
import { encodeRrd } from '../../../src/io/rrd/recording.ts';
import { sphereStages } from './stages.ts';

interface Chunk {
  entity: string;
  id: string;
  /** By name: what the column means, and its only row. */
  columns: Record<string, { metadata: Record<string, string>; value: unknown }>;
}

/** The fields of a Protocol Buffers message, by their numbers. */
function fieldsOf(bytes: Uint8Array): Map<number, number | Uint8Array> {
  const fields = new Map<number, number | Uint8Array>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    if (key % 8 === 0) fields.set(key >> 3, varint());
    else {
      const length = key % 8 === 1 ? 8 : varint();
      fields.set(key >> 3, bytes.subarray(at, at + length));
      at += length;
    }
  }
  return fields;
}

/** The messages of a file: kinds and contents. */
function messagesOf(file: Uint8Array): { kind: number; content: Uint8Array }[] {
  const view = new DataView(file.buffer, file.byteOffset);
  const messages: { kind: number; content: Uint8Array }[] = [];
  for (let at = 12; at < file.length;) {
    const [kind, length] = [at, at + 8].map((place) => Number(view.getBigUint64(place, true)));
    messages.push({ kind, content: file.subarray(at + 16, at + 16 + length) });
    at += 16 + length;
  }
  return messages;
}

const textOf = (bytes: unknown) => new TextDecoder().decode(bytes as Uint8Array);

/** The chunks of the recording (1) or of the blueprint (2). */
function chunksOf(file: Uint8Array, storeKind: 1 | 2): Chunk[] {
  return messagesOf(file).flatMap(({ kind, content }) => {
    if (kind !== 2) return [];
    const fields = fieldsOf(content);
    if (fieldsOf(fields.get(1) as Uint8Array).get(1) !== storeKind) return [];
    const payload = fields.get(5) as Uint8Array;
    expect(fields.get(3)).toBe(payload.length);
    const table = tableFromIPC(payload.slice(), { useBigInt: true });
    const metadata = Object.fromEntries(table.schema.metadata!);
    return [
      {
        entity: metadata['rerun:entity_path'],
        id: metadata['rerun:id'],
        columns: Object.fromEntries(
          table.schema.fields.map(({ name, metadata }, i) => [
            name,
            { metadata: Object.fromEntries(metadata!), value: table.children[i].at(0) },
          ]),
        ),
      },
    ];
  });
}

const stages = sphereStages();
const file = encodeRrd(stages);
const recording = chunksOf(file, 1);
const entity = (path: string) => recording.filter((chunk) => chunk.entity === path);
/** A value as plain numbers. */
const plain = (value: unknown): number[] =>
  Array.from(value as Iterable<unknown>).flatMap((one) => (typeof one === 'object' ? plain(one) : [Number(one)]));
const valueOf = (path: string, name: string) => plain(entity(path)[0].columns[name].value);

it('starts with a header, opens both stores, activates the layout, and ends', () => {
  expect([...file.subarray(0, 12)]).toEqual([...Buffer.from('RRF2'), 0, 33, 0, 0, 0, 2, 0, 0]);
  const kinds = messagesOf(file).map(({ kind }) => kind);
  expect(kinds[0]).toBe(1);
  expect(kinds.filter((kind) => kind === 1)).toHaveLength(2);
  expect(kinds.filter((kind) => kind === 3)).toHaveLength(1);
  expect(kinds.at(-1)).toBe(0);
  const info = fieldsOf(fieldsOf(messagesOf(file)[0].content).get(2) as Uint8Array);
  expect(textOf(fieldsOf(info.get(2) as Uint8Array).get(2))).toBe('a sphere');
});

it('holds photo, mask, depth, camera and prompt at all times', () => {
  const { photo, mask, camera } = stages;
  for (const { entity, columns } of recording) {
    expect('layer' in columns).toBe(/^\/(points|surface)/.test(entity));
  }
  expect(valueOf('/camera/photo', 'Image:buffer')).toHaveLength(3 * photo.width * photo.height);
  const { metadata, value } = entity('/camera/photo')[0].columns['Image:format'];
  expect([...(value as Iterable<unknown>)]).toEqual([
    { width: 64, height: 48, pixel_format: null, color_model: 2, channel_datatype: 6 },
  ]);
  expect(metadata).toEqual({
    'rerun:kind': 'data',
    'rerun:component': 'Image:format',
    'rerun:archetype': 'rerun.archetypes.Image',
    'rerun:component_type': 'rerun.components.ImageFormat',
  });
  expect(plain(entity('/camera/mask')[1].columns['SegmentationImage:buffer'].value)).toEqual([...mask]);
  const bytes = Uint8Array.from(valueOf('/camera/depth', 'DepthImage:buffer'));
  const millimeters = new Uint16Array(bytes.buffer);
  expect(millimeters[0]).toBe(0);
  expect(millimeters[1]).toBe(2000);
  expect(millimeters[24 * 64 + 32]).toBe(750);
  expect(valueOf('/camera/depth', 'DepthImage:meter')).toEqual([1000]);
  const { fx, fy, cx, cy } = camera;
  const projection = valueOf('/camera', 'Pinhole:image_from_camera');
  expect(projection).toEqual([fx, 0, 0, 0, fy, 0, cx, cy, 1].map(Math.fround));
  expect(valueOf('/camera/prompt/box', 'Boxes2D:centers')).toEqual([32, 24]);
  expect(valueOf('/camera/prompt/box', 'Boxes2D:half_sizes')).toEqual([14, 14]);
  expect(valueOf('/camera/prompt/points', 'Points2D:positions')).toEqual([32, 24]);
});

it('splits the points of the object by layers, and ends with the surface alone', () => {
  const { object, mesh, seen } = stages;
  const layers = recording.filter(({ entity }) => entity.startsWith('/points/object/'));
  expect(layers.length).toBe(new Set(object.grid.filter((_, k) => k % 3 === 0)).size);
  expect(layers.map(({ columns }) => Number(columns.layer.value))).toEqual(layers.map((_, i) => i));
  expect(layers.flatMap(({ columns }) => plain(columns['Points3D:positions'].value))).toEqual([...object.xyz]);
  const colors = layers.flatMap(({ columns }) => plain(columns['Points3D:colors'].value));
  expect(colors).toHaveLength(object.xyz.length / 3);
  expect(new Set(colors)).toEqual(new Set([0x28a05aff]));
  expect(valueOf('/points/seen', 'Points3D:positions')).toEqual([...seen.xyz]);
  const end = [...entity('/points'), ...entity('/surface')];
  expect(end.map(({ columns }) => Number(columns.layer.value))).toEqual([layers.length, layers.length]);
  expect(end[0].columns['Clear:is_recursive'].value).toEqual([true]);
  expect(valueOf('/surface', 'Mesh3D:triangle_indices')).toEqual([...mesh!.triangles]);
  expect(new Set(valueOf('/surface', 'Mesh3D:vertex_colors'))).toEqual(new Set([0xc81e3cff]));
});

it('gives each row and each chunk an identifier of its own, also in another recording', () => {
  const idsOf = (bytes: Uint8Array) =>
    ([1, 2] as const).flatMap((kind) =>
      chunksOf(bytes, kind).flatMap(({ id, columns }) => [
        id.replace('chunk_', ''),
        Buffer.from(columns['rerun.controls.RowId'].value as Uint8Array).toString('hex'),
      ]),
    );
  const ids = [...idsOf(file), ...idsOf(encodeRrd({ ...stages, id: 'another' }))];
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
  expect(encodeRrd(stages)).toEqual(file);
});

it('needs neither points of the object nor a surface nor a prompt', () => {
  const none = { xyz: new Float32Array(), rgb: new Uint8Array() };
  const object = { ...none, grid: new Float32Array(), spacing: 0.1 };
  const bare = encodeRrd({ ...stages, box: undefined, points: undefined, seen: none, object, mesh: undefined });
  const paths = chunksOf(bare, 1).map(({ entity }) => entity);
  expect(paths.filter((path) => /object|surface|prompt/.test(path) || path === '/points')).toEqual([]);
});

it('refuses sizes that disagree', () => {
  const short = new Float32Array(3);
  expect(() => encodeRrd({ ...stages, depth: short })).toThrow('the depth has 3 values, the photo 64 x 48 pixels');
  expect(() => encodeRrd({ ...stages, mask: new Uint8Array(1) })).toThrow('the mask has 1 values');
  expect(() => encodeRrd({ ...stages, object: { ...stages.object, grid: short } })).toThrow('grid holds 3 values');
  expect(() => encodeRrd({ ...stages, seen: { xyz: short, rgb: new Uint8Array(2) } })).toThrow('xyz holds 3 values');
});
