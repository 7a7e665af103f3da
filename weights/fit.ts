/** Do the tensors of a file fit a configuration? All names and shapes are compared before anything is read. */
import { isFloat, sameShape, showShape } from './dtype.ts';
import { WeightsError } from './errors.ts';
import type { Inventory } from './inventory.ts';
import { agreementWith, mostLike } from './known.ts';
import { namesInScheme } from './names/index.ts';
import type { NetworkSpecs } from './network.ts';

interface Misfit {
  tensor: string;
  expected: string;
  found: string;
}

/** How many misfits a message lists. */
const listed = 5;

/** @throws WeightsError that lists the first tensors that are misshapen, missing or unknown, and the likely cause */
export function checkFit(inventory: Inventory, specs: NetworkSpecs): void {
  const { label, naming } = inventory;
  if (naming.network !== specs.network) {
    const [wanted, found] = [specs.network.title, naming.network.title];
    throw new WeightsError({
      file: label,
      expected: `weights of ${wanted}`,
      found: `weights of ${found}`,
      advice: `Pass this file as the weights of ${found}, and another one for ${wanted}.`,
    });
  }
  const misfits = findMisfits(inventory, specs);
  if (misfits.length === 0) return;
  const [first, ...others] = misfits;
  const lines = others
    .slice(0, listed - 1)
    .map((m) => `Also ${JSON.stringify(m.tensor)}: expected ${m.expected}, found ${m.found}.`);
  if (misfits.length > listed) lines.push(`And ${misfits.length - listed} more.`);
  throw new WeightsError({ file: label, ...first, advice: [...lines, likelyCause(inventory, specs)].join('\n') });
}

/** Misshapen tensors first: they tell most. */
function findMisfits({ naming, names, officialNames, tensors }: Inventory, specs: NetworkSpecs): Misfit[] {
  const misshapen: Misfit[] = [];
  const missing: Misfit[] = [];
  for (const [tensor, { shape, used }] of specs.tensors) {
    if (!used) continue;
    const stored = tensors.get(tensor);
    if (!stored) {
      const absent = namesInScheme(tensor, naming).filter((name) => !names.has(name));
      const found = absent[0] === tensor ? 'no such tensor' : `no ${absent.join(', ')}`;
      missing.push({ tensor, expected: `shape ${showShape(shape)}`, found });
    } else if (!sameShape(stored.shape, shape)) {
      misshapen.push({ tensor, expected: `shape ${showShape(shape)}`, found: showShape(stored.shape) });
    } else {
      const integers = stored.parts.find(({ entry }) => !isFloat(entry.dtype));
      if (integers) misshapen.push({ tensor, expected: 'dtype F32, F16, BF16 or F64', found: integers.entry.dtype });
    }
  }
  const unknown: Misfit[] = [];
  for (const tensor of officialNames) {
    if (specs.tensors.has(tensor)) continue;
    const stored = tensors.get(tensor);
    unknown.push({
      tensor,
      expected: 'no such tensor',
      found: stored ? `shape ${showShape(stored.shape)}` : 'a part of it',
    });
  }
  return [...misshapen, ...missing, ...unknown];
}

function likelyCause({ files, tensors }: Inventory, specs: NetworkSpecs): string {
  for (const { name } of files) {
    const shards = Number(/-\d+-of-(\d+)\./.exec(name)?.[1] ?? 1);
    if (shards > files.length) return `${name} is one of ${shards} shards: give all of them.`;
  }
  const shapesOf = (list: ReadonlyMap<string, { shape: readonly number[] }>) =>
    new Map([...list].map(([name, { shape }]) => [name, shape]));
  const fileShapes = shapesOf(tensors);
  const { title } = specs.network;
  const like = mostLike(specs.network, fileShapes);
  const asked = mostLike(specs.network, shapesOf(specs.tensors));
  const askedName = asked.agreement === 1 ? `${title} ${asked.name}` : `${title} of other sizes`;
  if (like.agreement > agreementWith(specs, fileShapes)) {
    const share = like.agreement === 1 ? 'is' : `agrees in ${Math.floor(100 * like.agreement)} % of its tensors with`;
    return `The file ${share} ${title} ${like.name}, the configuration is ${askedName}: change one of them.`;
  }
  const remedy = 'fetch it again, or convert it again from the released checkpoint';
  return `The file does not hold exactly the tensors of the configuration, ${askedName}: ${remedy}.`;
}
