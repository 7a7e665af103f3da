/**
 * The file of a recording: a header, then messages of a kind and a length. Messages are those of `rerun.log_msg.v1alpha1`;
 * each chunk of data is an Arrow stream with one row, whose metadata say what its columns mean.
 */
import { Column, field, Table, tableToIPC } from '@uwdata/flechette';
import type { Component } from './archetypes.ts';
import { identifier, numbers, row, type Values } from './arrow.ts';
import { bytes, concat, fixed64, integer, message, text, type Encoded } from './protobuf.ts';

/** Version of Rerun whose names and types are written: 0.33.0, and no pre-release. */
const VERSION = [0, 33, 0, 0] as const;
/** Version of the metadata of chunks. */
const SORBET_VERSION = '0.1.3';
const APPLICATION = 'unflat';

/** Kinds of messages. */
const END = 0;
const SET_STORE_INFO = 1;
const ARROW_MSG = 2;
const BLUEPRINT_ACTIVATION = 3;

/** Values of enumerations. */
const STORE_KIND = { recording: 1, blueprint: 2 } as const;
const STORE_SOURCE_OTHER = 6;
const COMPRESSION_NONE = 1;
const ENCODING_ARROW_IPC = 1;

/** A point on a timeline that counts. */
export interface Step {
  readonly timeline: string;
  readonly at: number;
}

/** The messages of a file. */
export class RrdFile {
  // Not compressed, and messages are Protocol Buffers; two bytes are reserved.
  private readonly parts: Uint8Array[] = [new TextEncoder().encode('RRF2'), Uint8Array.of(...VERSION, 0, 2, 0, 0)];

  add(kind: number, content: Uint8Array): void {
    const header = new DataView(new ArrayBuffer(16));
    header.setBigUint64(0, BigInt(kind), true);
    header.setBigUint64(8, BigInt(content.length), true);
    this.parts.push(new Uint8Array(header.buffer), content);
  }

  /** The bytes of the file. Nothing may be added afterwards. */
  finish(): Uint8Array {
    this.add(END, message());
    return concat(this.parts);
  }
}

/** A store in a file: a recording, or a blueprint, which says how the viewer shows the recording. */
export class Store {
  private readonly storeId: Encoded;
  /** Identifiers of rows are unique among stores: a time, and a number whose upper half comes from the store's. */
  private readonly idBase: bigint;
  private numIds = 0;

  /**
   * Opens the store.
   * @param id the viewer merges stores that have the same
   * @param time milliseconds since 1970
   */
  constructor(
    private readonly file: RrdFile,
    kind: keyof typeof STORE_KIND,
    id: string,
    private readonly time: number,
  ) {
    this.storeId = message(integer(1, STORE_KIND[kind]), text(2, id), bytes(3, message(text(1, APPLICATION))));
    this.idBase = BigInt(hashOf(`${kind} ${id}`)) << 32n;
    const [major, minor, patch, meta] = VERSION;
    const info = message(
      bytes(2, this.storeId),
      bytes(5, message(integer(1, STORE_SOURCE_OTHER), bytes(2, message(text(1, APPLICATION))))),
      bytes(6, message(integer(1, major + 256 * (minor + 256 * (patch + 256 * meta))))),
    );
    file.add(SET_STORE_INFO, message(bytes(1, tuidMessage(this.nextId())), bytes(2, info)));
  }

  /**
   * Says what an entity looks like.
   * @param entity its path, such as `/world/camera`
   * @param step from when on; without one, at all times
   */
  log(entity: string, components: readonly Component[], step?: Step): void {
    const id = this.nextId();
    const metadata = {
      'sorbet:version': SORBET_VERSION,
      'rerun:id': `chunk_${hexOf(id)}`,
      'rerun:entity_path': entity,
    };
    const payload = arrowStream(metadata, [
      rowColumn(this.nextId()),
      ...(step ? [timeColumn(step)] : []),
      ...components.map(componentColumn),
    ]);
    this.file.add(
      ARROW_MSG,
      message(
        bytes(1, this.storeId),
        integer(2, COMPRESSION_NONE),
        integer(3, payload.length),
        integer(4, ENCODING_ARROW_IPC),
        bytes(5, payload),
        bytes(6, tuidMessage(id)),
        integer(7, step ? 0 : 1),
      ),
    );
  }

  /** Lets the viewer use this blueprint for recordings of this program. */
  activate(): void {
    this.file.add(BLUEPRINT_ACTIVATION, message(bytes(1, this.storeId), integer(2, 1), integer(3, 1)));
  }

  private nextId(): Tuid {
    return { nanoseconds: BigInt(this.time) * 1_000_000n, count: this.idBase + BigInt(++this.numIds) };
  }
}

/** An identifier of 16 bytes. */
interface Tuid {
  readonly nanoseconds: bigint;
  readonly count: bigint;
}

const tuidMessage = ({ nanoseconds, count }: Tuid): Encoded => message(fixed64(1, nanoseconds), fixed64(2, count));

const hexOf = ({ nanoseconds, count }: Tuid): string =>
  [nanoseconds, count].map((half) => half.toString(16).padStart(16, '0')).join('');

/** FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv). */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

interface NamedColumn {
  readonly name: string;
  readonly values: Values;
  readonly canMiss: boolean;
  readonly metadata: Record<string, string>;
}

/** The number of the row: the viewer takes the highest where rows of an entity have the same time. */
function rowColumn({ nanoseconds, count }: Tuid): NamedColumn {
  const value = new Uint8Array(16);
  const view = new DataView(value.buffer);
  view.setBigUint64(0, nanoseconds);
  view.setBigUint64(8, count);
  return {
    name: 'rerun.controls.RowId',
    values: identifier(value),
    canMiss: false,
    metadata: {
      'rerun:kind': 'control',
      'ARROW:extension:name': 'rerun.datatypes.TUID',
      'ARROW:extension:metadata': '{"namespace":"row"}',
    },
  };
}

const timeColumn = ({ timeline, at }: Step): NamedColumn => ({
  name: timeline,
  values: numbers(BigInt64Array.of(BigInt(at))),
  canMiss: true,
  metadata: { 'rerun:kind': 'index', 'rerun:index_name': timeline, 'rerun:is_sorted': 'true' },
});

function componentColumn({ archetype, field, type, values }: Component): NamedColumn {
  const name = `${archetype.split('.').at(-1)}:${field}`;
  return {
    name,
    values: row(values),
    canMiss: true,
    metadata: {
      'rerun:kind': 'data',
      'rerun:component': name,
      'rerun:archetype': archetype,
      'rerun:component_type': type,
    },
  };
}

/** A table of one row as an Arrow stream. */
function arrowStream(metadata: Record<string, string>, columns: readonly NamedColumn[]): Uint8Array {
  const fields = columns.map(({ name, values, canMiss, metadata }) =>
    field(name, values.type, canMiss, new Map(Object.entries(metadata))),
  );
  const schema = { version: 4, endianness: 0, fields, metadata: new Map(Object.entries(metadata)) } as const;
  const table = new Table(
    schema,
    columns.map(({ values }) => new Column([values])),
  );
  return tableToIPC(table, { format: 'stream' })!;
}
