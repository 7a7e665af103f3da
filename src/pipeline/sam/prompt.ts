/** Prompts of SAM, and their sparse tokens. */
import type { SamConfig } from './config.ts';
import type { Size } from '../photo.ts';
import { expectPrompt, PromptError } from '../prompts.ts';
import type { PromptBox, PromptPoint } from '../roles.ts';
import { TokenKind } from './promptEncoder.ts';

/** A prompt in pixels of the photo. */
export interface SamPrompt {
  readonly points?: readonly PromptPoint[];
  /** Each box gets a mask of its own. Points and `maskInput` apply to every box. */
  readonly boxes?: readonly PromptBox[];
  /** Mask prompt: logits of an earlier mask, [4 * grid, 4 * grid] (256 x 256 in the released networks). */
  readonly maskInput?: Float32Array;
  /**
   * Whether to take the best of the three masks of a multi-mask answer, not the single mask. By default only for a
   * single point, which may mean a part or the whole.
   */
  readonly multimask?: boolean;
}

/**
 * Size of the photo in the network's input: the longer side becomes `image` pixels.
 * @throws PromptError if the shorter side would have no pixel
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

/** Sparse tokens of a prompt. */
export interface PromptTokens {
  /** Number of boxes, at least 1. */
  readonly batch: number;
  /** Tokens of each batch entry; 0 if there is a mask prompt alone. */
  readonly count: number;
  /** [batch, count, 2] in pixels of the resized photo. */
  readonly xy: Float32Array;
  /** [batch, count] of `TokenKind`. */
  readonly kinds: Uint32Array;
}

const pointKind = { [1]: TokenKind.foreground, [0]: TokenKind.background, [-1]: TokenKind.none };

/**
 * The sparse tokens of a prompt: points, then box corners.
 * as in the released code: if there are points and no box, an ignored point follows.
 * @throws PromptError if the prompt is empty, lies outside the photo, has a box without area, or a `maskInput` of
 *   another size
 */
export function promptTokensOf(prompt: SamPrompt, photo: Size, config: SamConfig): PromptTokens {
  expectPrompt(prompt, photo);
  expectMaskInput(prompt, config);
  const { points = [], boxes = [] } = prompt;
  const resized = resizedSize(photo, config);
  // Each axis has its own scale. Coordinates are computed in float64 and rounded to float32 once.
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
      `The mask prompt has ${maskInput.length} numbers, expected ${side} x ${side} logits. ` +
        'Give the lowRes of an earlier candidate.',
    );
  }
}
