/** Tests that are checks of kernels, which other adapters run by `unflat doctor --deep`. */
import { expect, it } from 'vitest';
import type { Device } from '../../src/graph/device.ts';
import type { KernelCheck } from '../checks/check.ts';
import { runCheck } from '../checks/run.ts';
import { testDevice } from './evaluate.ts';

/** A test for each check, on the file's own device or on another one. */
export function itPasses(checks: readonly KernelCheck[], device: () => Promise<Device> = testDevice): void {
  expect(checks.length).toBeGreaterThan(0);
  for (const check of checks) {
    it(check.name, async () => {
      const { result, error, bound, passed } = await runCheck(await device(), check);
      expect(passed, `${result}: the error is ${error}, at most ${bound} is allowed`).toBe(true);
    });
  }
}
