import { describe, expect, it } from 'vitest';
import { PromptError } from '../../src/pipeline/prompts.ts';
import { promptTokensOf, resizedSize, type SamPrompt } from '../../src/pipeline/sam/prompt.ts';
import { TokenKind } from '../../src/pipeline/sam/promptEncoder.ts';
import { samConfigs } from '../../src/pipeline/sam/config.ts';
import { golden } from '../setup/golden.ts';

const config = samConfigs.vit_b;
const photo = { height: 480, width: 640 };
const tokens = (prompt: SamPrompt, size = photo) => promptTokensOf(prompt, size, config);
const { background, foreground, topLeft, bottomRight, none } = TokenKind;

describe('resizedSize', () => {
  it('brings the longer side to the side of the network and rounds the other half up', () => {
    expect(resizedSize({ height: 480, width: 640 }, config)).toEqual({ height: 768, width: 1024 });
    expect(resizedSize({ height: 2000, width: 1001 }, config)).toEqual({ height: 1024, width: 513 });
    expect(resizedSize({ height: 1, width: 1 }, config)).toEqual({ height: 1024, width: 1024 });
    expect(resizedSize({ height: 2048, width: 1 }, config)).toEqual({ height: 1024, width: 1 });
  });

  it('says that a photo is too narrow', () => {
    expect(() => resizedSize({ height: 2049, width: 1 }, config)).toThrow(PromptError);
    expect(() => resizedSize({ height: 2049, width: 1 }, config)).toThrow(/1 x 2049 pixels is too narrow/);
  });
});

describe('promptTokensOf', () => {
  it('points without a box get one more point that means nothing', () => {
    const prompt: SamPrompt = {
      points: [
        { x: 10, y: 20, label: 1 },
        { x: 640, y: 480, label: 0 },
        { x: 5, y: 5, label: -1 },
      ],
    };
    const { batch, count, xy, kinds } = tokens(prompt);
    expect([batch, count]).toEqual([1, 4]);
    expect([...kinds]).toEqual([foreground, background, none, none]);
    expect([...xy]).toEqual([16, 32, 1024, 768, 8, 8, 0, 0]);
  });

  it('points come before the box, and need no other point with it', () => {
    const { count, kinds, xy } = tokens({ points: [{ x: 1, y: 1, label: 1 }], boxes: [[0, 10, 20, 30]] });
    expect(count).toBe(3);
    expect([...kinds]).toEqual([foreground, topLeft, bottomRight]);
    expect([...xy.slice(2)]).toEqual([0, 16, 32, 48]);
  });

  it('each box is a prompt of its own, with the points', () => {
    const { batch, count, kinds } = tokens({
      points: [{ x: 1, y: 1, label: 0 }],
      boxes: [
        [0, 0, 10, 10],
        [5, 5, 20, 20],
      ],
    });
    expect([batch, count]).toEqual([2, 3]);
    expect([...kinds]).toEqual([background, topLeft, bottomRight, background, topLeft, bottomRight]);
  });

  it('a mask prompt alone has no tokens', () => {
    expect(tokens({ maskInput: new Float32Array(256 * 256) })).toMatchObject({ batch: 1, count: 0 });
  });

  it('scales each axis in double precision, as the released code does', async () => {
    const { meta, f32 } = await golden('sam_b');
    const { height, width } = meta<{ height: number; width: number }>('image');
    const { points } = meta<{ points?: [number, number][] }[]>('prompts')[1];
    const { xy } = promptTokensOf(
      { points: points!.map(([x, y]) => ({ x, y, label: 1 })) },
      { height, width },
      meta<typeof config>('config'),
    );
    expect(xy.slice(0, 6)).toEqual(f32('points.points'));
  });

  const refused: [string, SamPrompt, RegExp][] = [
    ['nothing', {}, /There is no prompt/],
    ['a point outside', { points: [{ x: 641, y: 5, label: 1 }] }, /The point 641, 5 lies outside a photo of 640 x 480/],
    ['a point at NaN', { points: [{ x: NaN, y: 5, label: 1 }] }, /The point NaN, 5 lies outside/],
    ['an unknown label', { points: [{ x: 1, y: 1, label: 2 as 1 }] }, /label 2; labels are 1, 0 and -1/],
    ['a box outside', { boxes: [[-1, 0, 5, 5]] }, /The box -1, 0, 5, 5 lies outside/],
    ['a box without area', { boxes: [[7, 0, 7, 5]] }, /The box 7, 0, 7, 5 has no area/],
    ['a box upside down', { boxes: [[0, 9, 7, 5]] }, /has no area/],
    ['a mask of another size', { maskInput: new Float32Array(9) }, /has 9 numbers, expected 256 x 256 logits/],
  ];
  for (const [what, prompt, message] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => tokens(prompt)).toThrow(PromptError);
      expect(() => tokens(prompt)).toThrow(message);
    });
  }
});
