import { describe } from 'vitest';
import { fillChecks } from '../checks/elementwise.ts';
import { itPasses } from '../setup/checks.ts';

describe('fill', () => {
  itPasses(fillChecks);
});
