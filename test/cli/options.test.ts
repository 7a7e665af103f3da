import { Command, InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { focalOf } from '../../src/pipeline/camera.ts';
import {
  addCameraOptions,
  addEngineOptions,
  addMaskOption,
  addPromptOptions,
  parseBox,
  parseFov,
  parseGridBox,
  parsePoint,
  parsePositive,
  parseThreshold,
  parseWeights,
} from '../../src/cli/options.ts';

describe('values', () => {
  it('are read', () => {
    expect(parseBox('27,44,412,595')).toEqual([27, 44, 412, 595]);
    expect(parseBox(' -1.5, 0,.5,1e2')).toEqual([-1.5, 0, 0.5, 100]);
    expect(parsePoint('310,220')).toEqual({ x: 310, y: 220, label: 1 });
    expect(parsePoint('40,40,0')).toEqual({ x: 40, y: 40, label: 0 });
    expect(parsePositive('0.05')).toBe(0.05);
    expect(parseGridBox('-3,-2,-1,3,2,1e0')).toEqual({ min: [-3, -2, -1], max: [3, 2, 1] });
    expect(parseWeights('synthetic:7')).toBe('synthetic:7');
    expect(parseWeights('models/')).toBe('models/');
  });

  it.each([
    [parseBox, '1,2,3', 'Expected four numbers x0,y0,x1,y1.'],
    [parseBox, '1,2,3,', 'Expected four numbers x0,y0,x1,y1.'],
    [parseBox, '0x10,2,30,40', 'Expected four numbers x0,y0,x1,y1.'],
    [parseBox, '5,0,5,9', 'The box is empty: x0 must be less than x1, and y0 less than y1.'],
    [parseBox, '9,0,5,9', 'The box is empty: x0 must be less than x1, and y0 less than y1.'],
    [parsePoint, '5', 'Expected x,y or x,y,label.'],
    [parsePoint, 'NaN,5', 'Expected x,y or x,y,label.'],
    [parsePoint, '5,5,2', 'The label must be 1 (on the object) or 0 (off it).'],
    [parseFov, '180', 'Expected degrees between 0 and 180.'],
    [parseFov, 'wide', 'Expected degrees between 0 and 180.'],
    [parsePositive, '0', 'Expected a number above 0.'],
    [parsePositive, '-1', 'Expected a number above 0.'],
    [parsePositive, 'Infinity', 'Expected a number above 0.'],
    [parseGridBox, '1,2,3,4,5', 'Expected six numbers x0,y0,z0,x1,y1,z1.'],
    [parseGridBox, '-3,-3,-3,3,3,Infinity', 'Expected six numbers x0,y0,z0,x1,y1,z1.'],
    [parseGridBox, '-3,-3,-3,3,3,NaN', 'Expected six numbers x0,y0,z0,x1,y1,z1.'],
    [parseGridBox, '3,-3,-3,-3,3,3', 'The box is empty: x0 must be less than x1'],
    [parseGridBox, '-3,2,-3,3,2,3', 'The box is empty: x0 must be less than x1'],
    [parseGridBox, '-3,-3,1,3,3,0', 'The box is empty: x0 must be less than x1'],
    [parseThreshold, '0', 'Expected a probability between 0 and 1.'],
    [parseThreshold, '1', 'Expected a probability between 0 and 1.'],
    [parseWeights, 'synthetic', 'Expected synthetic:SEED with a whole number, such as synthetic:1.'],
    [parseWeights, 'synthetic:x', 'Expected synthetic:SEED with a whole number, such as synthetic:1.'],
  ])('%o refuse %s', (parse: (text: string) => unknown, text, message) => {
    expect(() => parse(text)).toThrow(InvalidArgumentError);
    expect(() => parse(text)).toThrow(message);
  });
});

/** What commander prints for a command line, or the options it read. */
function parse(...argv: string[]): { error?: string; options?: Record<string, unknown> } {
  let error = '';
  const command = new Command('unflat').exitOverride().configureOutput({ writeErr: (text) => (error += text) });
  addEngineOptions(addCameraOptions(addMaskOption(addPromptOptions(command))));
  try {
    return { options: command.parse(argv, { from: 'user' }).opts() };
  } catch {
    return { error };
  }
}

describe('options', () => {
  it('collect points and have defaults', () => {
    expect(parse('--point', '1,2', '--point', '3,4,0').options).toEqual({
      point: [
        { x: 1, y: 2, label: 1 },
        { x: 3, y: 4, label: 0 },
      ],
      weights: 'tiny',
      size: 'small',
      precision: 'f32',
      adapter: 'auto',
    });
  });

  it.each([
    [
      ['--box', '1,2,3'],
      "error: option '--box <x0,y0,x1,y1>' argument '1,2,3' is invalid. Expected four numbers x0,y0,x1,y1.\n",
    ],
    [
      ['--mask', 'm.png', '--box', '1,2,3,4'],
      "error: option '--mask <file>' cannot be used with option '--box <x0,y0,x1,y1>'\n",
    ],
    [
      ['--mask', 'm.png', '--point', '1,2'],
      "error: option '--mask <file>' cannot be used with option '--point <x,y[,label]>'\n",
    ],
    [
      ['--focal', '500', '--fov', '60'],
      "error: option '--focal <pixels>' cannot be used with option '--fov <degrees>'\n",
    ],
    [['--focal', '0'], "error: option '--focal <pixels>' argument '0' is invalid. Expected a number above 0.\n"],
    [
      ['--precision', 'f8'],
      "error: option '--precision <type>' argument 'f8' is invalid. Allowed choices are f32, f16.\n",
    ],
    [
      ['--size', 'huge'],
      "error: option '--size <size>' argument 'huge' is invalid. Allowed choices are small, full.\n",
    ],
  ])('%j is refused', (argv, message) => expect(parse(...argv).error).toBe(message));
});

describe('focalOf', () => {
  const photo = { width: 3000, height: 4000, rgba: new Uint8Array() };

  it('takes the option, then EXIF, then 55 degrees', () => {
    const exif = { ...photo, focal35mm: 27 };
    expect(focalOf(exif, { focal: 1234 })).toEqual({ pixels: 1234, source: 'focal' });
    expect(focalOf(exif, { fov: 90 }).pixels).toBeCloseTo(1500, 9);
    expect(focalOf(exif, { fov: 90 }).source).toBe('fov');
    // 27 mm of 36 mm: three quarters of the longer side.
    expect(focalOf(exif, {})).toEqual({ pixels: 3000, source: 'EXIF' });
    const original = focalOf(photo, {});
    expect(original.pixels).toBeCloseTo(1500 / Math.tan((27.5 * Math.PI) / 180), 9);
    expect(original.source).toBe('default');
  });

  it('scales pixels of the file to a photo that was reduced', () => {
    expect(focalOf({ ...photo, original: { width: 6000, height: 8000 } }, { focal: 5000 }).pixels).toBe(2500);
  });
});
