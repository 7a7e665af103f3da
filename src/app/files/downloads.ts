/** The files that a person can take home. */
import { sceneToFile, type MeshFormatName } from '../../web.ts';
import { maskOf, type MadeObject, type Result, type ShownPhoto } from '../state/state.ts';
import { depthFile, maskFile } from './pictures.ts';
import { viewFile } from './viewFile.ts';

export type DownloadName = MeshFormatName | 'scene' | 'points' | 'view' | 'mask' | 'depth' | 'zip';

interface Download {
  readonly name: DownloadName;
  readonly title: string;
  readonly what: string;
}

const MESH_FILES: readonly (Download & { readonly name: MeshFormatName })[] = [
  { name: 'glb', title: 'GLB', what: 'for viewers and Blender' },
  { name: 'ply', title: 'PLY', what: 'colors at the vertices' },
  { name: 'obj', title: 'OBJ', what: 'with material and texture, as a zip' },
  { name: 'stl', title: 'STL', what: 'for 3D printers' },
  { name: 'usdz', title: 'USDZ', what: 'for iPhone and iPad' },
  { name: '3mf', title: '3MF', what: 'for 3D printers' },
];

const SCENE: Download = { name: 'scene', title: 'Scene', what: 'GLB with all objects' };
const POINTS: Download = { name: 'points', title: 'Points', what: 'as GLB' };
const PICTURES: readonly Download[] = [
  { name: 'mask', title: 'Mask', what: 'PNG' },
  { name: 'depth', title: 'Depth', what: 'PNG, 16-bit millimeters' },
];
const VIEW: Download = { name: 'view', title: 'Web page', what: 'one file, opens by double click' };
const ALL: Download = { name: 'zip', title: 'Everything', what: 'as a zip' };

/** What there is to take: a run that was stopped has less. */
export function downloads({ mesh, object, depth, made }: Result): Download[] {
  if (made.length > 0) {
    return [...(made.some((one) => one.mesh) ? [SCENE] : []), VIEW, ...PICTURES, ALL];
  }
  const hasPoints = !!object && object.rgb.length > 0;
  return [
    ...(mesh ? MESH_FILES : []),
    ...(hasPoints ? [POINTS, VIEW] : []),
    ...(depth ? PICTURES : []),
    ...(hasPoints ? [ALL] : []),
  ];
}

/** @throws Error if the result does not have it */
export async function fileFor(name: DownloadName, photo: ShownPhoto, result: Result): Promise<File> {
  const files = await filesFor(name, photo, result);
  return files.length === 1 ? files[0] : zipOf(files, `${photo.name}-${name}.zip`);
}

async function filesFor(name: DownloadName, photo: ShownPhoto, result: Result): Promise<File[]> {
  switch (name) {
    case 'points':
      return [new File([await result.object!.toBlob('glb')], 'points.glb', { type: 'model/gltf-binary' })];
    case 'scene':
      return [await sceneToFile(result.made)];
    case 'mask':
      return [await maskFile(maskOf(result), photo.decoded)];
    case 'depth':
      return [depthFile(result.depth!.meters, photo.decoded)];
    case 'view':
      return [await viewFile(photo, result)];
    case 'zip': {
      const names = downloads(result).flatMap((download) => (download.name === 'zip' ? [] : [download.name]));
      const parts = await Promise.all(names.map((part) => filesFor(part, photo, result)));
      const ofObjects = await Promise.all(result.made.map((one) => objectFiles(one, photo)));
      return [await zipOf([...parts.flat(), ...ofObjects.flat()], `${photo.name}.zip`)];
    }
    default:
      return result.mesh!.toFiles(name);
  }
}

/** The files of one of several objects, in a folder of its name. */
async function objectFiles({ name, mask, object, mesh }: MadeObject, photo: ShownPhoto): Promise<File[]> {
  const files = [
    ...(mesh ? await mesh.toFiles('glb') : []),
    new File([await object.toBlob('glb')], 'points.glb'),
    await maskFile(mask, photo.decoded),
  ];
  return files.map((file) => new File([file], `${name}/${file.name}`, { type: file.type }));
}

async function zipOf(files: readonly File[], name: string): Promise<File> {
  const { zipCompressed } = await import('../../io/zip.ts');
  const entries = await Promise.all(
    files.map(async (file) => [file.name, new Uint8Array(await file.arrayBuffer())] as const),
  );
  return new File([zipCompressed(entries) as Uint8Array<ArrayBuffer>], name, { type: 'application/zip' });
}
