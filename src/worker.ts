/** The program of the worker that `createWorkerEngine` starts. */
import { serve, type Port } from './host/web/worker/server.ts';
import { createEngine } from './web.ts';

serve(globalThis as unknown as Port, createEngine);
