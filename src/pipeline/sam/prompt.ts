/** Prompts of SAM: what a user points at, and the tokens that the network gets for it. */
import type { SamConfig } from './config.ts';
import type { Size } from '../photo.ts';
import { expectPrompt, PromptError } from '../prompts.ts';
import type { PromptBox, PromptPoint } from '../roles.ts';
import { TokenKind } from './promptEncoder.ts';

export interface SamPrompt {
  readonly points?: readonly PromptPoint[];
  /** Each box asks for a mask of its own; points and mask logits, if any, go with every box. */
  readonly boxes?: readonly PromptBox[];
  /** Logits of an earlier mask, [4 * grid, 4 * grid] (256 x 256 in the released networks). */
  readonly maskInput?: Float32Array;
  /**
   * Whether to take the best of the three masks of a multi-mask answer instead of the single mask. By default only for a single
   * point, which may mean a part as well as the whole.
   */
  readonly multimask?: boolean;
}

/**
 * Size of the photo as the network sees it: the longer side becomes `image` pixels.
 * @throws PromptError if nothing would be left of the shorter side
 */
export function resizedSize({ height, width }: Size, { image }: Pick<SamConfig, 'image'>): Size {
  const scale = image / Math.max(height, width);
  const resized = { height: Math.floor(height * scale + 0.5), width: Math.floor(width * scale + 0.5) };
  if (resized.height < 1 || resized.width < 1) {
    throw new PromptError(
      `A photo of ${width} x ${height} pixels is too narrow: at ${image} pixels along its longer side nothing is left of ` +
        'the other. Crop it first.',
    );
  }
  return resized;
}

/** Tokens of a prompt, as the network reads them. */
export interface PromptTokens {
  /** One for each box, at least 1. */
  readonly batch: number;
  /** Tokens of each; 0 when there is only a mask prompt. */
  readonly count: number;
  /** [batch, count, 2], pixels of the resized photo. */
  readonly xy: Float32Array;
  /** [batch, count], see TokenKind. */
  readonly kinds: Uint32Array;
}

const pointKind = { [1]: TokenKind.foreground, [0]: TokenKind.background, [-1]: TokenKind.none };

/**
 * Points, then boxes. as in the released code: one more point without meaning when there are points and no box.
 * @throws PromptError if there is no prompt, or one lies outside the photo or has no area
 */
export function promptTokensOf(prompt: SamPrompt, photo: Size, config: SamConfig): PromptTokens {
  expectPrompt(prompt, photo);
  expectMaskInput(prompt, config);
  const { points = [], boxes = [] } = prompt;
  const resized = resizedSize(photo, config);
  // In double precision, each axis by itself; the tokens are rounded to float32 once.
  const [scaleX, scaleY] = [resized.width / photo.width, resized.height / photo.height];
  const xy: number[] = [];
  const kinds: number[] = [];
  const token = (x: number, y: number, kind: number): void => {
    xy.push(x * scaleX, y * scaleY);
    kinds.push(kind);
  };
  const batch = Math.max(1, boxes.length);
  for (let b = 0; b < batch; b++) {
    for (const { x, y, label } of points) token(x, y, pointKind[label]);
    if (boxes.length) {
      const [left, top, right, bottom] = boxes[b];
      token(left, top, TokenKind.topLeft);
      token(right, bottom, TokenKind.bottomRight);
    } else if (points.length) {
      token(0, 0, TokenKind.none);
    }
  }
  return { batch, count: kinds.length / batch, xy: Float32Array.from(xy), kinds: Uint32Array.from(kinds) };
}

function expectMaskInput({ maskInput }: SamPrompt, config: SamConfig): void {
  const side = (4 * config.image) / config.patch;
  if (maskInput && maskInput.length !== side * side) {
    throw new PromptError(
      `A mask prompt is ${side} x ${side} logits (${side * side} numbers), as an earlier answer's lowRes; ` +
        `this one has ${maskInput.length}.`,
    );
  }
}
