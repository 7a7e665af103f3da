/** The benchmark's cases: the shapes of test/cases that have a `bench` field, built by the kinds of kinds.ts. */
import {
  attentionCases,
  attentionModelCases,
  beitModelCases,
  crossModelCases,
  queryModelCases,
  samModelCases,
} from '../../test/cases/attention.ts';
import { conv2dCases, conv2dModelCases } from '../../test/cases/conv2d.ts';
import { convTranspose2dModelCases } from '../../test/cases/convTranspose2d.ts';
import { gridPointsAtModelCases } from '../../test/cases/gridPointsAt.ts';
import { layerNormCases, layerNormModelCases } from '../../test/cases/layerNorm.ts';
import { linearCases, linearModelCases } from '../../test/cases/linear.ts';
import { matmulModelCases } from '../../test/cases/matmul.ts';
import { measured } from '../../test/cases/measured.ts';
import { meshModelCases } from '../../test/cases/renderMesh.ts';
import { nearOccupiedModelCases } from '../../test/cases/nearOccupied.ts';
import { resizeModelCases } from '../../test/cases/resize.ts';
import { softmaxModelCases } from '../../test/cases/softmax.ts';
import { geluModelCases } from '../../test/cases/unary.ts';
import {
  attentionCase,
  beitAttentionCase,
  type BenchCase,
  convCase,
  convTransposeCase,
  crossAttentionCase,
  geluCase,
  gridPointsAtCase,
  layerNormCase,
  linearAndTextbook,
  linearCase,
  matmulCase,
  nearOccupiedCase,
  queryAttentionCase,
  renderMeshCase,
  resizeCase,
  samAttentionCase,
  softmaxCase,
} from './kinds.ts';

export const benchCases: readonly BenchCase[] = [
  ...[...linearModelCases, ...measured(linearCases)].map((sizes) =>
    sizes.bench === 'round' ? linearAndTextbook(sizes) : linearCase(sizes),
  ),
  ...matmulModelCases.map(matmulCase),
  ...[...attentionModelCases, ...measured(attentionCases)].map((sizes) => attentionCase(sizes)),
  ...beitModelCases.map(beitAttentionCase),
  ...samModelCases.map(samAttentionCase),
  ...crossModelCases.map(crossAttentionCase),
  ...queryModelCases.map(queryAttentionCase),
  ...[...conv2dModelCases, ...measured(conv2dCases)].map(convCase),
  ...convTranspose2dModelCases.map(convTransposeCase),
  ...[...layerNormModelCases, ...measured(layerNormCases)].map(layerNormCase),
  ...softmaxModelCases.map(softmaxCase),
  ...geluModelCases.map(geluCase),
  ...resizeModelCases.map(resizeCase),
  ...meshModelCases.map(renderMeshCase),
  ...nearOccupiedModelCases.map(nearOccupiedCase),
  ...gridPointsAtModelCases.map(gridPointsAtCase),
];
