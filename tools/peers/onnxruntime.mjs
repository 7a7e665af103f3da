/**
 * The process of onnxruntime: `node onnxruntime.mjs FOLDER`, with onnxruntime-node and onnx-proto installed in the folder.
 * It runs models of a few nodes with the WebGPU provider. Inputs and results stay on the device. A run ends when one value
 * of the result has been read back, and the time of a model that does nothing else is taken off.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * @typedef {{ name: string, shape: number[], file: string }} Values
 * @typedef {{ op: string, domain?: string, inputs: string[], outputs: string[], attributes?: Record<string, any> }} ModelNode
 * @typedef {{ nodes: ModelNode[], inputs: Values[], weights: Values[], output: { name: string, shape: number[] },
 *   layout?: 'NCHW' | 'NHWC' }} Job
 */

const installed = createRequire(join(process.argv[2], 'package.json'));
const ort = installed('onnxruntime-node');
const { onnx } = installed('onnx-proto');

const FLOAT = 1;
const INT64 = 7;
/** Types of attributes in a model. */
const KIND = { float: 1, int: 2, string: 3, ints: 7 };
const OPSETS = [
  { domain: '', version: 21 },
  { domain: 'com.microsoft', version: 1 },
];

/** @param {string} name @param {unknown} value */
function attribute(name, value) {
  if (typeof value === 'string') return { name, s: new TextEncoder().encode(value), type: KIND.string };
  if (Array.isArray(value)) return { name, ints: value, type: KIND.ints };
  // Whole numbers are integers; 1e-6 and the like are floats.
  return Number.isInteger(value) ? { name, i: value, type: KIND.int } : { name, f: value, type: KIND.float };
}

/** @param {string} name @param {number[]} shape */
const described = (name, shape) => ({
  name,
  type: { tensorType: { elemType: FLOAT, shape: { dim: shape.map((dimValue) => ({ dimValue })) } } },
});

/** @param {string} name @param {number[]} values */
const integers = (name, values) => ({
  name,
  dims: [values.length],
  dataType: INT64,
  rawData: new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer),
});

/** Reads one value of the tensor `from`. @param {string} from @returns {ModelNode[]} */
const probe = (from) => [
  { op: 'Reshape', inputs: [from, 'probe.flat'], outputs: ['probe.row'] },
  { op: 'Slice', inputs: ['probe.row', 'probe.start', 'probe.end'], outputs: ['probe'] },
];
const PROBE_WEIGHTS = [integers('probe.flat', [-1]), integers('probe.start', [0]), integers('probe.end', [1])];

/**
 * @param {ModelNode[]} nodes
 * @param {{ name: string, shape: number[] }[]} inputs
 * @param {{ name: string, shape: number[] }[]} outputs
 * @param {Values[]} weights
 * @returns {Uint8Array}
 */
function encode(nodes, inputs, outputs, weights) {
  const model = onnx.ModelProto.create({
    irVersion: 9,
    opsetImport: OPSETS,
    graph: {
      name: 'case',
      node: nodes.map(({ op, domain = '', inputs, outputs, attributes = {} }) => ({
        ...{ opType: op, domain, input: inputs, output: outputs },
        attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
      })),
      input: inputs.map(({ name, shape }) => described(name, shape)),
      output: outputs.map(({ name, shape }) => described(name, shape)),
      initializer: [
        ...PROBE_WEIGHTS,
        ...weights.map(({ name, shape, file }) => ({
          ...{ name, dims: shape, dataType: FLOAT, rawData: new Uint8Array(readFileSync(file)) },
        })),
      ],
    },
  });
  return onnx.ModelProto.encode(model).finish();
}

/** @param {Uint8Array} model @param {{ layout?: string, [option: string]: unknown }} [options] */
const open = (model, { layout = 'NHWC', ...options } = {}) =>
  ort.InferenceSession.create(model, {
    executionProviders: [{ name: 'webgpu', preferredLayout: layout }],
    intraOpNumThreads: 1, // Idle threads would spin while others have their turn.
    logSeverityLevel: 3,
    ...options,
  });

/** @param {string} file */
const floatsOf = (file) => new Float32Array(new Uint8Array(readFileSync(file)).buffer);

/** The tensor on the device. @param {Values} values */
async function upload({ name, shape, file }) {
  const copy = [{ op: 'Identity', inputs: [name], outputs: ['copy'] }];
  const session = await open(encode(copy, [{ name, shape }], [{ name: 'copy', shape }], []), {
    preferredOutputLocation: 'gpu-buffer',
  });
  return (await session.run({ [name]: new ort.Tensor('float32', floatsOf(file), shape) })).copy;
}

const PROBE = [{ name: 'probe', shape: [1] }];

/** @type {Map<number, { session: any, nothing: any, feeds: Record<string, any>, first: Record<string, any> }>} */
const loaded = new Map();

/** @param {number} slot @param {Job} job @param {string | null} output */
async function load(slot, { nodes, inputs, weights, output: result, layout }, output) {
  const started = performance.now();
  /** @type {Record<string, any>} */
  const feeds = {};
  for (const values of inputs) feeds[values.name] = await upload(values);
  const session = await open(encode([...nodes, ...probe(result.name)], inputs, PROBE, weights), { layout });
  const first = { [inputs[0].name]: feeds[inputs[0].name] };
  const nothing = await open(encode(probe(inputs[0].name), [inputs[0]], PROBE, []));
  loaded.set(slot, { session, nothing, feeds, first });
  await session.run(feeds);
  const coldMs = performance.now() - started;
  await nothing.run(first);
  if (output !== null) {
    const whole = await open(encode(nodes, inputs, [result], weights), { layout });
    writeFileSync(output, (await whole.run(feeds))[result.name].data);
    await whole.release();
  }
  return { coldMs };
}

/** @param {any} session @param {Record<string, any>} feeds */
async function timeOf(session, feeds) {
  const started = performance.now();
  await session.run(feeds);
  return performance.now() - started;
}

/** @param {number} slot @param {number} ms */
async function turn(slot, ms) {
  const { session, nothing, feeds, first } = /** @type {any} */ (loaded.get(slot));
  await timeOf(nothing, first);
  const overhead = Math.min(await timeOf(nothing, first), await timeOf(nothing, first));
  const times = [];
  for (let spent = 0; spent < ms || times.length === 0;) {
    const time = await timeOf(session, feeds);
    spent += time;
    times.push(Math.max(0, time - overhead));
  }
  return { times };
}

/** @param {any} request @returns {Promise<object>} */
async function answer(request) {
  if (request.do === 'hello') return { version: `onnxruntime ${ort.env.versions.node}` };
  return request.do === 'load' ? load(request.slot, request.job, request.output) : turn(request.slot, request.ms);
}

for await (const line of createInterface(process.stdin)) {
  const reply = await answer(JSON.parse(line)).catch((error) => ({ error: String(error.message ?? error) }));
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
