/** A worker that takes the place of the engine's: the same connection, and an engine that answers at once. */
import { serve, type Port } from '../../src/host/web/worker/server.ts';
import { fakeEngine } from './fakeEngine.ts';
import { Script, type Scenario } from './script.ts';

/** The test writes it in front of this program. */
declare const SCENARIO: Scenario;

const script = new Script(SCENARIO);
// Tests reach it from outside, in the worker's global scope.
Object.assign(globalThis, { script });
serve(globalThis as unknown as Port, fakeEngine(script));
