/** A toy segmenter: a pixel belongs to the object if its color features match those of the prompted pixel. */
import { add, gatherRows, matmul, mul, photoToRgb, relu } from '../../../src/graph/ops/index.ts';
import { compile } from '../../../src/graph/plan.ts';
import { Graph } from '../../../src/graph/record.ts';
import type { Shared } from '../../../src/graph/shared.ts';
import type { HostArray } from '../../../src/graph/transfer.ts';
import { linear } from '../../../src/pipeline/layers/index.ts';
import type { PhotoWords, Size } from '../../../src/pipeline/photo.ts';
import type { Recorded } from '../../../src/pipeline/planCache.ts';
import { boxOf, runsOf } from '../../../src/pipeline/maskRuns.ts';
import type {
  Embedding,
  PixelPoint,
  PointMask,
  PointMaskFilter,
  SegmentAnswer,
  Segmenter,
  SegmentPrompt,
} from '../../../src/pipeline/roles.ts';

export interface ToyConfig {
  /** Features of a pixel. */
  readonly channels: number;
}

/** Input `photo` u32 [H, W] of RGBA8 words -> output `features` [H * W, channels]. */
export function featureGraph({ channels }: ToyConfig, { height, width }: Size): Recorded {
  const graph = new Graph();
  const rgb = photoToRgb(graph.input('photo', [height, width], 'u32'), 255);
  return { graph, outputs: { features: relu(linear('toy.features', rgb.reshape([height * width, 3]), channels)) } };
}

/**
 * Inputs `features` [count, channels], `pixel` u32 [1], the place of the prompted pixel, and with an earlier answer
 * `previous` [1, 1, count] -> output `logits` [1, 1, count].
 */
export function answerGraph({ channels }: ToyConfig, count: number, hasPrevious: boolean): Recorded {
  const graph = new Graph();
  const features = graph.input('features', [count, channels]);
  const query = linear('toy.query', gatherRows(features, graph.input('pixel', [1], 'u32')), channels);
  const similar = matmul(query.reshape([1, 1, channels]), features.reshape([1, count, channels]), { transposeB: true });
  const logits = add(similar, graph.weight('toy.bias', [1]));
  if (!hasPrevious) return { graph, outputs: { logits } };
  const scaled = mul(graph.input('previous', [1, 1, count]), graph.weight('toy.previous', [1]));
  return { graph, outputs: { logits: add(logits, scaled) } };
}

/** Features of a photo. They are small, and wait on the host. */
interface ToyEmbedding extends Embedding {
  readonly features: Float32Array;
}

export class ToySegmenter implements Segmenter {
  constructor(
    private readonly shared: Shared,
    private readonly config: ToyConfig,
  ) {}

  async encode({ words, height, width }: PhotoWords): Promise<ToyEmbedding> {
    const features = await this.run(featureGraph(this.config, { height, width }), { photo: words });
    return { height, width, features, bytes: features.byteLength, release: () => undefined };
  }

  /** Takes the first point, and the whole photo for the mask's low resolution. */
  async answer(embedding: Embedding, { points, previous }: SegmentPrompt): Promise<SegmentAnswer> {
    const { features, width, height } = embedding as ToyEmbedding;
    const pixel = Uint32Array.of(points![0].y * width + points![0].x);
    const recorded = answerGraph(this.config, width * height, previous !== undefined);
    const lowRes = await this.run(recorded, { features, pixel, ...(previous && { previous }) });
    const above = (threshold: number): number => lowRes.filter((logit) => logit > threshold).length;
    const mask = Uint8Array.from(lowRes, (logit) => (logit > 0 ? 1 : 0));
    return { candidates: [{ mask, quality: 1, stability: above(1) / above(-1), lowRes }], chosen: 0 };
  }

  /** The mask of each point. */
  async pointMasks(embedding: Embedding, points: readonly PixelPoint[], filter: PointMaskFilter): Promise<PointMask[]> {
    const found: PointMask[] = [];
    for (const [point, { x, y }] of points.entries()) {
      const pixel = { x: Math.floor(x), y: Math.floor(y), label: 1 } as const;
      const { mask: pixels, quality, stability } = (await this.answer(embedding, { points: [pixel] })).candidates[0];
      const mask = runsOf(pixels, embedding);
      const box = boxOf(mask);
      const passes = quality > filter.quality && stability >= filter.stability && filter.keeps(box);
      if (passes) found.push({ point, mask, box, quality, stability });
    }
    return found;
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }

  /** Runs a graph once and reads its only output. */
  private async run({ graph, outputs }: Recorded, inputs: Readonly<Record<string, HostArray>>): Promise<Float32Array> {
    const plan = await compile(this.shared, graph, { outputs });
    try {
      const [result] = Object.values(await plan.run(inputs));
      return (await result.read()).slice() as Float32Array;
    } finally {
      plan.dispose();
    }
  }
}
