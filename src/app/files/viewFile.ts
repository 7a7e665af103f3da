/** The page beside a result, `view.html`: the object to turn in one file. */
import { viewOfObjects, viewPage } from '../../io/viewPage.ts';
import { sceneToFile } from '../../web.ts';
import { maskOf, type Result, type ShownPhoto } from '../state/state.ts';
import { depthPreviewFile, maskFile, pictureFile } from './pictures.ts';

/** Width or height, whichever is larger, of the pictures in the page, which shows them small. */
const LONGEST = 800;

const bytesOf = async (file: Blob): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer());

export async function viewFile(photo: ShownPhoto, result: Result): Promise<File> {
  const { depth, seen, object, mesh, made } = result;
  const bitmap = await createImageBitmap(photo.file, { imageOrientation: 'from-image' });
  const [template, jpeg, maskPng, depthPng, glb] = await Promise.all([
    fetch('view.html').then((response) => response.text()),
    pictureFile((context, { width, height }) => context.drawImage(bitmap, 0, 0, width, height), photo, 'photo.jpg', {
      type: 'image/jpeg',
      longest: LONGEST,
    }),
    maskFile(maskOf(result), photo.decoded, LONGEST),
    depthPreviewFile(depth!.meters, photo.decoded, LONGEST),
    made.some((one) => one.mesh) ? sceneToFile(made).then((file) => [file]) : mesh?.toFiles('glb'),
  ]);
  const page = viewPage(template, {
    name: photo.name,
    photo: await bytesOf(jpeg),
    mask: await bytesOf(maskPng),
    depth: await bytesOf(depthPng),
    ...(made.length > 0 ? viewOfObjects(made) : { object: object!, seen: seen! }),
    ...(glb && { mesh: await bytesOf(glb[0]) }),
  });
  return new File([page as Uint8Array<ArrayBuffer>], 'view.html', { type: 'text/html' });
}
