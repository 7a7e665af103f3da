/** Finds the weights in a checkpoint, which is a state dict or holds one next to training state. */
import { WeightsError } from '../errors.ts';
import { stripPrefix } from '../names/index.ts';
import { limits } from './limits.ts';
import { Dict, Opaque, TensorRecord, type PickleValue, describe } from './pickleValues.ts';

/** Keys under which training programs store the state dict, in order of preference. */
const containers = ['model', 'state_dict', 'model_state_dict', 'module', 'net', 'params'];

/** Keys of training state, which may hold tensors that are not weights. */
const trainingState =
  /^(?:optim|optimizer|lr_scheduler|scheduler|scaler|loss_scaler|grad_scaler|amp)(?:s|_states?|_state_dict)?$/;

export interface FoundTensors {
  /** Name without prefix -> tensor, in the order of the file. */
  readonly tensors: ReadonlyMap<string, TensorRecord>;
  /** Other entries of the file: their names and what they are. */
  readonly skipped: readonly string[];
  /** Settings of the training program that are true: those in the entry `args`. */
  readonly settings: ReadonlySet<string>;
}

/** Finds the tensors. @throws WeightsError if there are none, a name is not unique, or the nesting is too deep */
export function findTensors(root: PickleValue, file: string): FoundTensors {
  return new Search(file).run(root);
}

class Search {
  readonly #tensors = new Map<string, TensorRecord>();
  readonly #skipped: string[] = [];
  readonly #file: string;
  #visited = 0;

  constructor(file: string) {
    this.#file = file;
  }

  run(root: PickleValue): FoundTensors {
    this.#collect(this.#stateDict(root, 0), '', 0);
    if (this.#tensors.size === 0) {
      const others = this.#skipped.length > 0 ? `: ${this.#skipped.slice(0, 5).join(', ')}` : '';
      this.#fail(
        'a dictionary with tensors',
        `${describe(root)}${others}`,
        undefined,
        'Save only the weights: torch.save(model.state_dict(), "weights.pth").',
      );
    }
    return { tensors: this.#tensors, skipped: this.#skipped, settings: settingsIn(root) };
  }

  /** Descends into `model`, `state_dict` and the like. The entries next to them are skipped. */
  #stateDict(value: PickleValue, depth: number): PickleValue {
    if (!(value instanceof Dict)) return value;
    const name = containers.find((key) => this.#holdsTensors(value.entries.get(key), depth + 1, new Set()));
    if (name === undefined) return value;
    this.#checkDepth(depth, name);
    for (const [key, other] of value.entries) if (key !== name) this.#skip(showKey(key), other);
    return this.#stateDict(value.entries.get(name)!, depth + 1);
  }

  /** Whether a dictionary holds a tensor, directly or in nested dictionaries. */
  #holdsTensors(value: PickleValue | undefined, depth: number, seen: Set<Dict>): boolean {
    if (!(value instanceof Dict) || seen.has(value)) return false;
    seen.add(value);
    this.#checkDepth(depth, '');
    for (const item of value.entries.values()) {
      this.#countVisit();
      if (item instanceof TensorRecord || this.#holdsTensors(item, depth + 1, seen)) return true;
    }
    return false;
  }

  #collect(value: PickleValue, path: string, depth: number): void {
    if (!(value instanceof Dict)) return this.#skip(path || 'the whole file', value);
    this.#checkDepth(depth, path);
    for (const [key, item] of value.entries) {
      this.#countVisit();
      const text = showKey(key);
      const name = path === '' ? text : `${path}.${text}`;
      if (name.length > limits.nameLength)
        this.#fail(`names of at most ${limits.nameLength} characters`, `${name.length}`);
      if (typeof key !== 'string' && typeof key !== 'number') this.#skip(name, item);
      else if (item instanceof Dict && !(path === '' && trainingState.test(name))) this.#collect(item, name, depth + 1);
      else if (item instanceof TensorRecord) this.#add(name, item);
      else this.#skip(name, item);
    }
  }

  #add(fullName: string, tensor: TensorRecord): void {
    const name = stripPrefix(fullName);
    if (this.#tensors.has(name)) {
      this.#fail('a unique name', 'a second tensor of this name, without the prefixes module. and model.', name);
    }
    if (name === '' || name === '__metadata__') this.#fail('the name of a tensor', 'a reserved name', name);
    if (this.#tensors.size === limits.tensors) this.#fail(`at most ${limits.tensors} tensors`, 'more');
    this.#tensors.set(name, tensor);
  }

  #skip(name: string, value: PickleValue): void {
    // An empty dictionary holds nothing, so it is not reported.
    if (!(value instanceof Dict && value.entries.size === 0)) this.#skipped.push(`${name} (${describe(value)})`);
  }

  #countVisit(): void {
    if (++this.#visited > limits.dictEntries) this.#fail(`at most ${limits.dictEntries} dictionary entries`, 'more');
  }

  #checkDepth(depth: number, name: string): void {
    if (depth <= limits.dictDepth) return;
    const found = 'deeper nesting, or a dictionary that holds itself';
    this.#fail(`dictionaries nested at most ${limits.dictDepth} deep`, found, name.slice(0, 80) || undefined);
  }

  #fail(expected: string, found: string, tensor?: string, advice?: string): never {
    throw new WeightsError({
      file: this.#file,
      tensor,
      expected,
      found,
      advice: advice ?? 'The file is damaged or malicious. Download it again from its publisher.',
    });
  }
}

function settingsIn(root: PickleValue): Set<string> {
  const args = root instanceof Dict ? root.entries.get('args') : undefined;
  const settings = args instanceof Opaque ? args.settings?.entries : undefined;
  return new Set(
    [...(settings ?? [])].flatMap(([name, value]) => (typeof name === 'string' && value === true ? name : [])),
  );
}

function showKey(key: PickleValue): string {
  return typeof key === 'string' ? key : typeof key === 'number' ? `${key}` : describe(key);
}
