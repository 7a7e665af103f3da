/** A fixture file: stored tensors, metadata, and the record of what was compared. */
import { SafetensorsFile, syntheticTensor, type ByteSource } from '../../weights/index.ts';
import { judge, type Bound, type Line } from './compare.ts';
import { strided } from './layout.ts';
import type { Values } from './values.ts';

/** A tensor's entry in the metadata's `stats`. */
interface Stats {
  readonly absmax: number;
  readonly std: number;
  /** Largest difference between the stored float32 value and the same computation in float64. */
  readonly f64err?: number;
}

export class Fixture {
  readonly lines: Line[] = [];
  private readonly settled = new Set<string>();
  private readonly loaded = new Map<string, Values>();

  private constructor(
    private readonly file: SafetensorsFile,
    private readonly stats: Readonly<Record<string, Stats>>,
    private readonly strides: Readonly<Record<string, readonly number[]>>,
  ) {}

  static async open(source: ByteSource): Promise<Fixture> {
    const file = await SafetensorsFile.open(source);
    const json = (key: string): never => JSON.parse(file.metadata.get(key) ?? '{}') as never;
    const fixture = new Fixture(file, json('stats'), json('strides'));
    for (const name of file.tensors.keys()) {
      const { shape, values } = await file.readTensor(name);
      fixture.loaded.set(name, { shape, data: values as Float32Array });
    }
    return fixture;
  }

  get kind(): string {
    return this.text('kind');
  }

  /** A metadata string. @throws Error if the file has none under that key */
  text(key: string): string {
    const text = this.file.metadata.get(key);
    if (text === undefined) throw new Error(`${this.file.name}: its metadata has no "${key}"; is it a fixture file?`);
    return text;
  }

  /** A structured metadata value. */
  meta<T>(key: string): T {
    return JSON.parse(this.text(key)) as T;
  }

  hasMeta(key: string): boolean {
    return this.file.metadata.has(key);
  }

  /** Operator files keep their seed in `config`. */
  get seed(): number {
    return this.hasMeta('seed') ? Number(this.text('seed')) : this.meta<{ seed: number }>('config').seed;
  }

  has(name: string): boolean {
    return this.loaded.has(name);
  }

  get names(): readonly string[] {
    return [...this.loaded.keys()];
  }

  /** A stored tensor that is an input of the engine. It needs no comparison. */
  input(name: string): Values {
    this.settled.add(name);
    return this.peek(name);
  }

  /** A stored tensor, which still has to be compared. */
  peek(name: string): Values {
    const values = this.loaded.get(name);
    if (!values) throw new Error(`${this.file.name}: there is no tensor "${name}".`);
    return values;
  }

  /** f32 input that is stored, or generated as the case's `generated` entry says. */
  floats(name: string, generated?: { name: string; shape: readonly number[]; scale: number }): Values {
    if (this.has(name)) return this.input(name);
    if (!generated) throw new Error(`${this.file.name}: the input "${name}" is neither stored nor described.`);
    return {
      shape: generated.shape,
      data: syntheticTensor(this.seed, generated.name, generated.shape, generated.scale),
    };
  }

  /**
   * Compares a full tensor with a stored one. If the fixture holds a strided view, the same view of the tensor is compared.
   * @param how whether the engine ran fused or unfused; shown in the report
   * @param steps strides of the view, if the metadata does not have them
   */
  compare(name: string, actual: Values, bound: Bound = {}, how = '', steps = this.strides[name]): void {
    const expected = this.peek(name);
    const view = steps && actual.data.length !== expected.data.length ? strided(actual, steps) : actual;
    this.settled.add(name);
    this.lines.push(judge(name, view, expected, this.stats[name], bound, how));
  }

  /**
   * Compares a mask with a stored one. A pixel whose logit is closer to 0 than the bound of the logits may fall on either side:
   * it is no miss, but the report says how many such pixels differ.
   * @param logits of every pixel of the mask
   * @param undecided the bound of the logits
   */
  compareMask(name: string, mask: Values, logits: ArrayLike<number>, undecided: number, how: string): void {
    const expected = this.peek(name).data;
    let open = 0;
    const data = Uint8Array.from(mask.data, (v, i) => {
      if (v === expected[i] || Math.abs(logits[i]) > undecided) return v;
      open++;
      return expected[i];
    });
    this.compare(name, { shape: mask.shape, data }, { exact: true }, open ? `${how}, ${open} undecided` : how);
  }

  /** The bound that `compare` applied last to a tensor. */
  boundOf(name: string): number {
    const line = this.lines.findLast((l) => l.name === name);
    if (!line) throw new Error(`"${name}" was not compared yet.`);
    return line.bound;
  }

  /** Compares numbers that the metadata holds. */
  note(name: string, actual: readonly number[], expected: readonly number[], bound: number): void {
    const errors = expected.map((e, i) => Math.abs(e - actual[i]));
    const maxError = errors.length === actual.length ? Math.max(...errors) : NaN;
    this.lines.push({ name, how: 'metadata', maxError, nmse: 0, bound, ok: maxError <= bound });
  }

  /** Stored tensors that were neither compared nor used as inputs. */
  get forgotten(): readonly string[] {
    return this.names.filter((name) => !this.settled.has(name));
  }

  get ok(): boolean {
    return this.lines.length > 0 && this.lines.every((l) => l.ok) && this.forgotten.length === 0;
  }
}
