/** One photo, asked three times, its object as it appears, and its mesh: `npm run build && node examples/session.mjs`. */
import { createEngine } from 'unflat';

const engine = await createEngine();
const session = await engine.open('examples/duck.png');
const box = await session.segment({ box: [150, 110, 520, 430] }); // encodes the photo
const click = await session.segment({ points: [{ x: 330, y: 300, label: 1 }] }); // takes milliseconds
const refined = await session.segment({ box: [150, 110, 520, 430], previous: click.candidates[0].lowRes });
const depth = await session.depth();
const { mask } = refined.candidates[refined.chosen];
const seen = await session.points(mask, depth);
const onPoints = ({ rgb }) => console.log(`${rgb.length / 3} new points`);
const object = await session.complete(seen, { granularity: 0.2, onPoints });
const mesh = await session.mesh(object, { mask, depth }, { faces: 5000, texture: 256 });
await mesh.save('out/session/duck.glb');
const clones = [box, click, refined, depth, seen, object, mesh].map((result) => structuredClone(result));
console.log(`${clones[5].rgb.length / 3} points; ${object.withThreshold(0.8).rgb.length / 3} of them above 0.8`);
console.log(`${clones[6].mesh.triangles.length / 3} triangles in out/session/duck.glb`);
engine.dispose();
