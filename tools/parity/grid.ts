/** Fixtures of kind `grid`: query coordinates, occupancy, selection and colors. */
import { evaluateTensors } from '../../src/graph/evaluate.ts';
import * as ops from '../../src/graph/ops/index.ts';
import * as mcc from '../../src/pipeline/mcc/ops.ts';
import type { Box } from '../../src/pipeline/roles.ts';
import type { Fixture } from './fixture.ts';
import type { Session } from './session.ts';
import { gridOf } from '../../src/pipeline/mcc/grid.ts';

export async function compareGrid(fixture: Fixture, session: Session): Promise<void> {
  const { world } = fixture.meta<{ world: number }>('config');
  const sizes = fixture.meta<Record<string, number>>('sizes');
  const box: Box = { min: [-world, -world, -world], max: [world, world, world] };
  for (const name of fixture.names) {
    const [what, value] = [name.slice(0, name.indexOf('.')), name.slice(name.indexOf('.') + 1)];
    if (what === 'axis' || what === 'points') {
      const grid = gridOf(Number(value), box);
      fixture.note(`size of ${value}`, grid.counts, [sizes[value], sizes[value], sizes[value]], 0);
      const count = what === 'axis' ? sizes[value] : sizes[value] ** 3;
      // z runs fastest: the first N points walk along it.
      const { points } = await evaluateTensors(session.device, (s) => ({
        points: mcc.gridPoints(s.graph, grid, 0, count),
      }));
      const data =
        what === 'axis' ? Float32Array.from({ length: count }, (_, i) => points.data[3 * i + 2]) : points.data;
      fixture.compare(name, { shape: what === 'axis' ? [count] : [count, 3], data }, { exact: true });
    }
  }
  const pred = fixture.input('pred');
  const rows = pred.data.length / 769;
  const logits = Float32Array.from({ length: rows }, (_, i) => pred.data[769 * i]);
  for (const name of fixture.names) {
    const value = Number(name.slice(name.indexOf('.') + 1));
    if (name.startsWith('color.')) {
      const { color } = await evaluateTensors(session.device, (s) => ({
        color: mcc.temperatureColor(s.input(Float32Array.from(pred.data), [rows, 769]), value),
      }));
      fixture.compare(name, color);
    } else if (name.startsWith('select.')) {
      const { keep } = await evaluateTensors(session.device, (s) => ({
        keep: ops.probabilityThreshold(s.input(logits, [rows]), value),
      }));
      fixture.compare(name, { shape: [1, rows], data: keep.data });
    } else if (name === 'occupancy') {
      const { y } = await evaluateTensors(session.device, (s) => ({ y: ops.sigmoid(s.input(logits, [rows])) }));
      fixture.compare(name, { shape: [1, rows], data: y.data });
    }
  }
}
