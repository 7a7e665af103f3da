/** Checks that the tensors of a file fit a configuration. All names and shapes are compared before any values are read. */
import { isFloat, sameShape, showShape } from './dtype.ts';
import { WeightsError } from './errors.ts';
import type { Inventory } from './inventory.ts';
import { agreementWith, closestConfig } from './known.ts';
import { namesInScheme } from './names/index.ts';
import type { NetworkSpecs } from './network.ts';

interface Misfit {
  tensor: string;
  expected: string;
  found: string;
}

/** Maximum number of misfits in a message. */
const maxListed = 5;

/** @throws WeightsError that lists the first misshapen, missing or unknown tensors, and the likely cause */
export function checkFit(inventory: Inventory, specs: NetworkSpecs): void {
  const { label, naming } = inventory;
  if (naming.network !== specs.network) {
    const [wanted, found] = [specs.network.title, naming.network.title];
    throw new WeightsError({
      file: label,
      expected: `weights of ${wanted}`,
      found: `weights of ${found}`,
      advice: `Use this file as the weights of ${found}, and another file for ${wanted}.`,
    });
  }
  const misfits = findMisfits(inventory, specs);
  if (misfits.length === 0) return;
  const [first, ...others] = misfits;
  const lines = others
    .slice(0, maxListed - 1)
    .map((m) => `Also ${JSON.stringify(m.tensor)}: expected ${m.expected}, found ${m.found}.`);
  if (misfits.length > maxListed) lines.push(`And ${misfits.length - maxListed} more.`);
  throw new WeightsError({ file: label, ...first, advice: [...lines, likelyCause(inventory, specs)].join('\n') });
}

/** Lists misshapen tensors first, because they tell most about the cause. */
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
      found: stored ? `shape ${showShape(stored.shape)}` : 'part of it',
    });
  }
  return [...misshapen, ...missing, ...unknown];
}

function likelyCause({ files, tensors }: Inventory, specs: NetworkSpecs): string {
  for (const { name } of files) {
    const shards = Number(/-\d+-of-(\d+)\./.exec(name)?.[1] ?? 1);
    if (shards > files.length) return `${name} is one of ${shards} shards. Give all of them.`;
  }
  const shapesOf = (list: ReadonlyMap<string, { shape: readonly number[] }>) =>
    new Map([...list].map(([name, { shape }]) => [name, shape]));
  const fileShapes = shapesOf(tensors);
  const { title } = specs.network;
  const closest = closestConfig(specs.network, fileShapes);
  const requested = closestConfig(specs.network, shapesOf(specs.tensors));
  const requestedName = requested.agreement === 1 ? `${title} ${requested.name}` : `${title} of other sizes`;
  if (closest.agreement > agreementWith(specs, fileShapes)) {
    const share =
      closest.agreement === 1 ? 'is' : `agrees in ${Math.floor(100 * closest.agreement)} % of its tensors with`;
    return `The file ${share} ${title} ${closest.name}, but the configuration is ${requestedName}. Change one of them.`;
  }
  const remedy = 'Download it again, or convert it again from the released checkpoint.';
  return `The file does not hold exactly the tensors of the configuration, ${requestedName}. ${remedy}`;
}
