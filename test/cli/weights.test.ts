/** `unflat weights ...` from arguments to files, with a server on this machine. */
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CreateEngine } from '../../src/cli/context.ts';
import { runProgram } from '../../src/cli/program.ts';
import { openWeights } from '../../src/host/node/weights.ts';
import type { EngineOptions } from '../../src/node.ts';
import { networkNamed, presets } from '../../src/pipeline/registry.ts';
import type { Role } from '../../src/pipeline/roles.ts';
import { SafetensorsFile, specsOf, syntheticWeight, weightsOf } from '../../weights/index.ts';
import { sceneConfigs } from '../../src/pipeline/mcc/config.ts';
import { samConfigs } from '../../src/pipeline/sam/config.ts';
import { FileBytes } from '../../src/host/node/bytes.ts';
import { FileServer } from '../setup/fileServer.ts';

const torchFile = join(import.meta.dirname, '../golden/torch/nested.pth');

let folder: string;
let weightsDir: string;
let server: FileServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unflat-cli-weights-'));
  weightsDir = join(folder, 'weights');
  server = await FileServer.start(new Uint8Array(await readFile(torchFile)));
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const noEngine: CreateEngine = () => Promise.reject(new Error('no engine is needed here'));

/** Runs a command line; `answer` is what a person at the terminal types. */
async function run(
  argv: string[],
  { answer, createEngine = noEngine }: { answer?: string; createEngine?: CreateEngine } = {},
) {
  let [stdout, stderr] = ['', ''];
  const asked: string[] = [];
  const ask = (question: string) => {
    asked.push(question);
    return Promise.resolve(answer!);
  };
  const terminal = {
    out: (text: string) => void (stdout += text),
    err: (text: string) => void (stderr += text),
    ...(answer !== undefined && { ask }),
  };
  const code = await runProgram(argv, { terminal, createEngine });
  return { code, stdout, stderr, asked };
}

const weights = (...argv: string[]) => ['weights', ...argv, '--weights-dir', weightsDir];
const pull = (...argv: string[]) => weights('pull', ...argv, '--base-url', new URL('.', server.url).href);

describe('pull', () => {
  it('shows the license, asks, and downloads', async () => {
    const { code, stdout, stderr, asked } = await run(pull('mcc'), { answer: 'y' });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^MCC CO3D-v2, about \d+ MB, from http:/);
    expect(stderr).toContain(
      'CC BY-NC 4.0: https://github.com/facebookresearch/MCC/blob/main/LICENSE\n  For non-commercial use only',
    );
    expect(stderr).toMatch(
      /mcc is downloaded\. Its SHA-256 is [0-9a-f]{64}\. Its publisher gives none to compare with;.*\n$/,
    );
    expect(asked).toEqual(['Accept and download? [y/N] ']);
    expect(stdout).toBe(`${join(weightsDir, 'co3dv2_all_categories.pth')}\n`);
    expect(await readFile(join(weightsDir, 'co3dv2_all_categories.pth'))).toEqual(await readFile(torchFile));

    const again = await run(pull('mcc'));
    expect([again.code, again.stderr]).toEqual([0, 'mcc is already downloaded.\n']);
    expect(server.ranges).toHaveLength(1);
  });

  it('downloads nothing unless the license is accepted', async () => {
    expect(await run(pull('mcc', 'zoed-n'), { answer: '' })).toMatchObject({
      code: 130,
      stderr: expect.stringMatching(/Nothing was downloaded\.\n$/) as string,
    });
    const piped = await run(pull('mcc', 'zoed-n'));
    expect(piped.code).toBe(2);
    expect(piped.stderr).toContain('If you accept them: unflat weights pull mcc zoed-n --yes\n');
    expect(server.ranges).toEqual([]);
    expect((await run(pull('mcc', 'zoed-n', '--yes', '--quiet'))).code).toBe(0);
    expect(server.ranges).toHaveLength(2);
  });

  it('refuses a file that is not the published one', async () => {
    const { code, stderr } = await run(pull('sam-vit-b', '--yes'));
    expect(code).toBe(1);
    expect(stderr).toContain(`has ${server.content.length} bytes; expected 375042383.`);
    expect(await readdir(weightsDir)).toEqual([]);
  });

  it('refuses what there is not', async () => {
    expect((await run(pull('sam-vit-x', '--yes'))).stderr).toContain('There are: sam-vit-b, sam-vit-l');
    const noSource = await run(pull('mcc', '--yes', '--source', 'huggingface'));
    expect([noSource.code, noSource.stderr]).toEqual([
      2,
      'error: mcc has no source huggingface.\n  Its sources: official.\n',
    ]);
    expect((await run(['weights', 'pull', 'mcc', '--base-url', 'ftp://x'])).stderr).toContain(
      'Expected an http or https',
    );
    expect((await run(['weights', 'pull'])).code).toBe(2);
  });
});

describe('list', () => {
  it('shows what there is and what is downloaded', async () => {
    await run(pull('mcc', '--yes'));
    const { code, stdout } = await run(weights('list'));
    expect(code).toBe(0);
    const row = (start: string) => stdout.split('\n').find((line) => line.startsWith(start));
    expect(stdout).toMatch(`Checkpoints in ${weightsDir}\n`);
    expect(row('mcc')).toMatch(/^mcc {2,}MCC CO3D-v2 {2,}official {2,}about \d+ MB {2,}CC BY-NC 4\.0 {2,}downloaded$/);
    expect(row('sam-vit-h')).toMatch(
      /^sam-vit-h {2,}SAM ViT-H {2,}official {2,}2\.56 GB {2,}Apache License 2\.0 {2,}not downloaded$/,
    );
    expect(stdout).toContain('To download them: unflat weights pull sam-vit-b zoed-n mcc\n');
    const json = JSON.parse((await run(weights('list', '--json'))).stdout) as { checkpoints: { state: unknown }[] };
    expect(json.checkpoints).toHaveLength(13);
    expect(json.checkpoints.at(-1)!.state).toEqual({
      kind: 'downloaded',
      bytes: server.content.length,
      converted: false,
    });
  });

  it('shows how much of an interrupted download there is', async () => {
    server.etag = undefined;
    server.whims.push((_, response) => {
      response.writeHead(200, { 'content-length': server.content.length }).write(server.content.subarray(0, 1000));
      return true;
    });
    const stopped = run(pull('mcc', '--yes'));
    // The first 1000 bytes arrive, and then nothing: Ctrl-C.
    while (!(await run(weights('list'))).stdout.includes('kB downloaded'))
      await new Promise((resolve) => setTimeout(resolve, 5));
    process.emit('SIGINT');
    expect((await stopped).code).toBe(130);
    expect((await run(weights('list'))).stdout).toContain('1 kB downloaded; pull continues\n');
    await run(pull('mcc', '--yes'));
    expect(server.ranges).toEqual([undefined, 'bytes=1000-']);
  });
});

describe('verify', () => {
  it('finds out changed files, and goes on to the next', async () => {
    await run(pull('mcc', 'zoed-n', '--yes'));
    const good = await run(weights('verify'));
    expect([good.code, good.stdout]).toEqual([
      0,
      'zoed-n (official): as first downloaded\nmcc (official): as first downloaded\n',
    ]);
    await writeFile(join(weightsDir, 'ZoeD_M12_N.pt'), 'other');
    const bad = await run(weights('verify', 'zoed-n', 'mcc'));
    expect([bad.code, bad.stdout]).toEqual([1, 'zoed-n (official): WRONG\nmcc (official): as first downloaded\n']);
    expect(bad.stderr).toContain('not the one of its first download, ');
    expect(bad.stderr).toContain('.\n  Delete it and download it again: unflat weights pull zoed-n\n');
  });

  it('says what is missing', async () => {
    expect((await run(weights('verify'))).stderr).toBe(
      `error: There is no checkpoint in ${weightsDir}.\n  Download some: unflat weights pull sam-vit-b zoed-n mcc\n`,
    );
    expect((await run(weights('verify', 'mcc'))).stderr).toContain(`error: mcc is not in ${weightsDir}.`);
  });
});

describe('convert', () => {
  it('writes safetensors beside the file, or where it is told to', async () => {
    const file = join(folder, 'net.pth');
    await copyFile(torchFile, file);
    const { code, stdout, stderr } = await run(['weights', 'convert', file]);
    expect([code, stdout]).toEqual([0, `${join(folder, 'net.safetensors')}\n`]);
    expect(stderr).toMatch(/\d+ tensors of .*, \d+ kB\.\n$/);
    const other = join(folder, 'sub', 'other.safetensors');
    await run(['weights', 'convert', file, '-o', other]);
    expect(await readFile(other)).toEqual(await readFile(join(folder, 'net.safetensors')));
  });

  it('marks the network of a file that does not say it', async () => {
    const [file, output] = [join(folder, 'net.pth'), join(folder, 'marked.safetensors')];
    await run(['weights', 'synth', 'mcc_small', '-o', file]);
    const marked = await run(['weights', 'convert', file, '--network', 'mccScene', '-o', output]);
    expect(marked.stderr).toContain('tensors of MCC for scenes');
    const { set, close } = await openWeights(output, presets.full);
    expect(weightsOf(set, networkNamed('mccScene')).config).toEqual(sceneConfigs.small);
    await close();
    const { code, stderr } = await run(['weights', 'convert', file, '--network', 'mcx']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('There are: sam, zoe, mcc, mccScene.')]);
  });

  it('refuses other files', async () => {
    const file = join(folder, 'prose.pth');
    await writeFile(file, 'no checkpoint');
    expect((await run(['weights', 'convert', file])).stderr).toContain(
      'prose.pth: expected a PyTorch file of torch.save',
    );
    expect(await readdir(folder)).toEqual(['prose.pth']);
  });
});

describe('synth', () => {
  const bias = 'mask_decoder.iou_prediction_head.layers.2.bias';

  it.each([
    ['official', 'f32'],
    ['hf', 'f16'],
    ['hf', 'bf16'],
  ])('writes a file that loads, in %s names and %s', async (scheme, dtype) => {
    const file = join(folder, 'sam.safetensors');
    const { code } = await run([
      'weights',
      'synth',
      'sam_small',
      '--scheme',
      scheme,
      '--dtype',
      dtype,
      '--seed',
      '5',
      '-o',
      file,
    ]);
    expect(code).toBe(0);
    const { set, close } = await openWeights(file, presets.full);
    expect(weightsOf(set, networkNamed('sam')).config).toEqual(samConfigs.small);
    const values = await weightsOf(set, networkNamed('sam')).source.tensor(bias, [4]);
    const exact = syntheticWeight(5, bias, [4]);
    // Half the distance of neighbors: 11 bits of f16, 8 of bf16.
    const eps = { f32: 0, f16: 2 ** -11, bf16: 2 ** -8 }[dtype]!;
    values.forEach((value, i) => expect(Math.abs(value - exact[i])).toBeLessThanOrEqual(Math.abs(exact[i]) * eps));
    await close();
  });

  it('splits query, key and value where the scheme does', async () => {
    const file = join(folder, 'zoe.safetensors');
    await run(['weights', 'synth', 'zoed_small', '--scheme', 'hf', '-o', file]);
    const bytes = await FileBytes.open(file);
    const names = [...(await SafetensorsFile.open(bytes)).tensors.keys()];
    await bytes.close();
    expect(names).toContain('backbone.encoder.layer.0.attention.attention.key.weight');
    const { set, close } = await openWeights(file, presets.full);
    const name = 'core.core.pretrained.model.blocks.0.attn.qkv.weight';
    expect(await weightsOf(set, networkNamed('zoe')).source.tensor(name, [144, 48])).toEqual(
      syntheticWeight(1, name, [144, 48]),
    );
    await close();
  });

  it.each([
    ['sam_small', 'sam', 'pth'],
    ['zoed_small', 'zoe', 'pt'],
    ['mcc_small', 'mcc', 'pth'],
    ['mcc_scene_small', 'mccScene', 'pth'],
  ] as const)('writes %s as torch does, and reads it by way of conversion', async (config, network, ending) => {
    const file = join(folder, `net.${ending}`);
    expect((await run(['weights', 'synth', config, '--seed', '5', '-o', file])).code).toBe(0);
    const { set, close } = await openWeights(file, presets.full, { weightsDir });
    const { source } = weightsOf(set, networkNamed(network));
    const [name, { shape }] = [...specsOf(networkNamed(network), 'small').tensors][3];
    expect(await source.tensor(name, shape)).toEqual(syntheticWeight(5, name, shape));
    await close();
  });

  it('refuses what there is not', async () => {
    const file = join(folder, 'x.safetensors');
    const refused = async (argv: string[], message: string, exitCode = 2) => {
      const { code, stderr } = await run(['weights', 'synth', ...argv]);
      expect(code).toBe(exitCode);
      expect(stderr).toContain(message);
    };
    await refused(['vit_x', '-o', file], 'There are: vit_b, vit_l, vit_h, sam_small, zoed_n');
    await refused(['mcc', '--scheme', 'hf', '-o', file], 'a network with files on the Hugging Face hub, found MCC', 1);
    await refused(['sam_small', '--seed', 'x', '-o', file], 'Expected a whole number.');
    await refused(['sam_small', '-o', join(folder, 'x.bin')], 'must end in .safetensors, .pth or .pt.');
    await refused(['sam_small', '--scheme', 'hf', '-o', join(folder, 'x.pth')], 'PyTorch files use the official names');
    await refused(['sam_small'], "required option '-o, --output <file>'");
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('--weights official', () => {
  it('reaches the engine, with the roles that the command needs', async () => {
    const photo = join(folder, 'photo.png');
    await sharp({ create: { width: 4, height: 3, channels: 3, background: 'white' } }).toFile(photo);
    const asked: EngineOptions[] = [];
    const createEngine: CreateEngine = (options) => {
      asked.push(options);
      return Promise.reject(new Error('enough'));
    };
    const official = ['--weights', 'official', '--weights-dir', weightsDir];
    const box = ['--box', '1,1,3,2'];
    const out = join(folder, 'out');
    const rolesOf = async (argv: string[]): Promise<readonly Role[] | undefined> => {
      await run([...argv, ...official], { createEngine });
      const { weights: source, weightsDir: dir, roles } = asked.pop()!;
      expect([source, dir]).toEqual(['official', weightsDir]);
      return roles;
    };
    expect(await rolesOf(['segment', photo, ...box, '-o', join(out, 'm.png')])).toEqual(['segment']);
    expect(await rolesOf(['depth', photo, '-o', join(out, 'd.png')])).toEqual(['depth']);
    expect(await rolesOf(['reconstruct', photo, ...box, '-o', out])).toEqual(['segment', 'depth', 'complete']);
    expect(await rolesOf(['reconstruct', photo, '--mask', photo, '-o', out])).toEqual(['depth', 'complete']);
    expect(await rolesOf(['reconstruct', photo, '--scene', '-o', out])).toEqual(['depth', 'scene']);
  });
});
