/** Every allocation of a run fails in turn: `npm run test:memory-faults` tries all of them, this test some of each run. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AllocationFaults, FAULT_RUNS } from '../../tools/reliability/allocationFaults.ts';
import { openDevice } from '../setup/evaluate.ts';

let faults: AllocationFaults;
beforeAll(async () => void (faults = await AllocationFaults.create(() => openDevice())));
afterAll(() => faults.dispose());

it.each(FAULT_RUNS)('%s says what could not be made, leaks nothing, and works afterwards', async (run) => {
  const { allocations, wrong } = await faults.try(run, 23);
  expect(wrong).toEqual([]);
  expect(allocations).toBeGreaterThan(5);
});
