/** Puts the example picture and the demo's preview side by side, for the README: run it after `npm run demo`. */
import sharp from 'sharp';

const HEIGHT = 360;
const GAP = 8;
const output = 'docs/pictures/demo.jpg';

const parts = await Promise.all(
  ['examples/mug.png', 'out/demo/preview.png'].map((path) =>
    sharp(path).resize({ height: HEIGHT }).toBuffer({ resolveWithObject: true }),
  ),
);
const [left, right] = parts;
await sharp({
  create: { width: left.info.width + GAP + right.info.width, height: HEIGHT, channels: 3, background: '#fff' },
})
  .composite([
    { input: left.data, left: 0, top: 0 },
    { input: right.data, left: left.info.width + GAP, top: 0 },
  ])
  .jpeg({ quality: 82 })
  .toFile(output);
console.log(output);
