/** Command lines. */
import { join } from 'node:path';
import { runProgram } from '../../../src/cli/program.ts';
import { UserError } from '../../../src/host/errors.ts';
import { digestOf } from '../digest.ts';
import { bytesText, changedNumber, changedText, oddNumber, oddText, textBytes } from '../mutate.ts';
import type { Random } from '../random.ts';
import { place, scratchFolder } from '../scratch.ts';
import type { Case, Target } from '../target.ts';

const NAME = 'command line';
/** Stands for the folder of the case. */
const HERE = '@';

const OBJECT = [
  '--granularity=0.1',
  '--grid-box=-1,-1,-1,1,1,1',
  '--threshold=0.2',
  '--temperature=0.1',
  '--sweep=full',
];
const MESH = ['--format=obj,stl', '--faces=2000', '--texture=512', '--fuse-depth=off', '--fov=50', '--focal=400'];
const ENGINE = ['--weights=synthetic:1', '--size=full', '--precision=f16', '--adapter=software', '--max-memory=2GB'];
const PROMPT = ['--box=1,1,3,2', '--point=2,1', '--point=0,0,0', `--mask=${HERE}/mask.json`, '--pick=1'];
const DEPTH = [
  `--depth-map=${HERE}/depth.npy`,
  '--depth-scale=0.001',
  `--point-cloud=${HERE}/cloud.obj`,
  '--cloud-axes=x,-y,-z',
];
const REPORT = ['--quiet', '--json', `--weights-dir=${HERE}/cache`];
const COMMANDS: readonly { readonly start: readonly string[]; readonly options: readonly string[] }[] = [
  {
    start: ['reconstruct', `${HERE}/photo.png`, '-o', `${HERE}/out`],
    options: [...OBJECT, ...MESH, ...ENGINE, ...PROMPT, ...DEPTH, ...REPORT],
  },
  {
    start: ['batch', `${HERE}/list.jsonl`, '-o', `${HERE}/out`],
    options: [...OBJECT, ...MESH, ...ENGINE, '--shard=1/2', '--tar=3', '--only=object.glb', '--no-resume', ...REPORT],
  },
  {
    start: ['segment', `${HERE}/photo.png`, '-o', `${HERE}/mask.png`],
    options: [...ENGINE, ...PROMPT, '--everything', ...REPORT],
  },
  {
    start: ['depth', `${HERE}/photo.png`, '-o', `${HERE}/depth.png`],
    options: [...ENGINE, '--fov=50', '--focal=400', ...REPORT],
  },
  { start: ['weights', 'list'], options: [`--weights-dir=${HERE}/cache`, '--json'] },
  { start: ['weights', 'verify', 'mcc'], options: [`--weights-dir=${HERE}/cache`, '--quiet'] },
  {
    start: ['weights', 'convert', `${HERE}/weights.pth`],
    options: [`--output=${HERE}/weights.safetensors`, '--quiet'],
  },
  {
    start: ['weights', 'pull', 'sam-vit-b'],
    options: [`--weights-dir=${HERE}/cache`, '--base-url=http://127.0.0.1:9', '--source=official'],
  },
];

function soundLine(random: Random): string[] {
  const { start, options } = random.pick(COMMANDS);
  return [...start, ...Array.from({ length: random.below(5) }, () => random.pick(options))];
}

/** An argument changed: its text, or a number in its value. Places outside the folder of the case are left out. */
function changedArgument(argument: string, random: Random): string {
  if (random.once(4)) return changedText(argument, random);
  const numbers = [...argument.matchAll(/\d+(\.\d+)?/g)];
  if (numbers.length === 0) return `${argument}${random.once(2) ? '=' : ''}${oddText(random)}`;
  const { index, 0: digits } = random.pick(numbers);
  const value = random.once(2) ? oddNumber(random) : changedNumber(Number(digits), random);
  return argument.slice(0, index) + String(value) + argument.slice(index + digits.length);
}

export const commandLines: Target = {
  name: 'command-lines',
  about: 'command lines, without the engine',
  open() {
    // One level down, so that a path that gets longer still lies in the scratch folder.
    const folder = join(scratchFolder(), 'case');
    const files = {
      'photo.png': new Uint8Array(Buffer.from(PNG, 'base64')),
      'mask.json': textBytes('[{"id":1,"segmentation":{"size":[3,4],"counts":[5,2,5]}}]'),
      'cloud.obj': textBytes('v 1 2 3\n'.repeat(12)),
      'depth.npy': textBytes('no array'),
      'list.jsonl': textBytes('{"photo":"photo.png","box":[1,1,3,2]}\n'),
      'weights.pth': textBytes('no weights'),
    };
    return Promise.resolve({
      make(random): Case {
        const line = soundLine(random);
        for (let change = random.below(3); change >= 0; change--) {
          const at = random.below(line.length);
          const kind = random.below(5);
          if (kind === 0) line.splice(at, 1);
          else if (kind === 1) line.splice(at, 0, line[random.below(line.length)] ?? '');
          else line[at] = changedArgument(line[at] ?? '', random);
        }
        return { files: { [NAME]: textBytes(JSON.stringify(line)) } };
      },
      async read({ [NAME]: bytes }) {
        await place(folder, files);
        const line = JSON.parse(bytesText(bytes)) as string[];
        const said: string[] = [];
        const terminal = { out: (text: string) => void said.push(text), err: (text: string) => void said.push(text) };
        const noEngine = (): never => {
          throw new UserError('There is no engine here.');
        };
        const code = await runProgram(
          line.map((argument) => argument.replaceAll(HERE, folder)),
          { terminal, createEngine: () => Promise.resolve().then(noEngine) },
        );
        const text = said.join('');
        if (/^\s+at .*[\w>)]:\d+/m.test(text))
          throw new Error(`a stack trace: ${/^\w*Error:[^\n]*/m.exec(text)?.[0] ?? text.slice(0, 80)}`);
        if (code !== 0 && text.trim() === '') throw new Error(`the exit code ${code} without a word`);
        if (![0, 1, 2, 3].includes(code)) throw new Error(`the exit code ${code}`);
        if (code !== 0) throw new UserError(`${NAME}: ${text}`.slice(0, 200), { hint: 'see the message' });
        return digestOf(text);
      },
    });
  },
};

/** 4 x 3 pixels. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAQAAAADCAIAAAA7ljmRAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAEElEQVQImWNwSGiAIwacHAAEdg2BpOCDtQAAAABJRU5ErkJggg==';
