/** The checks of all kernels. */
import { attentionChecks } from './attention.ts';
import type { KernelCheck } from './check.ts';
import * as depth from './depth.ts';
import * as elementwise from './elementwise.ts';
import * as masks from './masks.ts';
import * as movement from './movement.ts';
import * as photos from './photos.ts';
import * as pictures from './pictures.ts';
import * as points from './points.ts';
import * as products from './products.ts';
import * as rows from './rows.ts';
import * as sweep from './sweep.ts';

/** Those that a module exports. */
const checksIn = (module: object): KernelCheck[] =>
  Object.entries(module).flatMap(([name, value]) => (name.endsWith('Checks') ? (value as KernelCheck[]) : []));

/** The checks of all kernels. */
export const allChecks: readonly KernelCheck[] = [
  ...[elementwise, rows, products].flatMap(checksIn),
  ...attentionChecks,
  ...[movement, photos, points, masks, depth, sweep, pictures].flatMap(checksIn),
];
