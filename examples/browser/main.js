import { createEngine } from 'unflat/web';

const canvas = document.querySelector('canvas');
const save = document.querySelector('#save');
const say = (text) => (document.querySelector('#status').textContent = text);
const onProgress = ({ stage, done, total }) => say(`${stage} ${Math.round((100 * done) / total)} %`);

let engine;
let session;

// The photo is decoded here, and encoded by the network when the first prompt comes: later prompts are fast.
async function open(file) {
  engine ??= await createEngine({ onProgress });
  session?.close();
  session = await engine.open(file);
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext('2d').drawImage(bitmap, 0, 0);
  say('Click on the object.');
}

async function reconstruct(x, y) {
  const answer = await session.segment({ points: [{ x, y, label: 1 }] }, { onProgress });
  const depth = await session.depth({}, { onProgress });
  const { mask } = answer.candidates[answer.chosen];
  const seen = await session.points(mask, depth);
  const object = await session.complete(seen, { granularity: 0.1 }, { onProgress });
  const mesh = await session.mesh(object, { mask, depth }, {}, { onProgress });
  if (!mesh) return say('Nothing was found there. Click on the middle of the object.');
  const [file] = await mesh.toFiles('glb');
  save.href = URL.createObjectURL(file);
  save.hidden = false;
  say('Done.');
}

// Errors say what is wrong, and what to do.
const failed = ({ message, hint = '' }) => say(`${message} ${hint}`);
document.querySelector('input').onchange = ({ target }) => open(target.files[0]).catch(failed);
canvas.onclick = ({ offsetX, offsetY }) => reconstruct(offsetX, offsetY).catch(failed);
