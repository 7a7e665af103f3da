/** Names kinds of files that people give in place of a picture, by their first bytes or their ending, and says what to do with them. */

export interface FileKind {
  /** With its article: `a HEIC photo`. */
  readonly title: string;
  /** What to do. */
  readonly advice: string;
}

const toJpeg = 'Save it as JPEG or PNG first.';

interface KnownKind extends FileKind {
  /** Endings in lower case. */
  readonly endings: readonly string[];
  /** Bytes that such a file begins with, as Latin-1 text from `at` on. */
  readonly magic?: { readonly at: number; readonly texts: readonly string[] };
}

const KINDS: readonly KnownKind[] = [
  {
    title: 'a HEIC photo, which this build cannot decode',
    advice:
      'Save it as JPEG: phones can be set to take photos as JPEG (“most compatible”), and share them as JPEG. ' +
      'On a computer: heif-convert photo.heic photo.jpg',
    endings: ['.heic', '.heif', '.hif'],
    magic: { at: 4, texts: ['ftypheic', 'ftypheix', 'ftyphevc', 'ftypheim', 'ftypheis', 'ftypmif1', 'ftypmsf1'] },
  },
  {
    title: 'an AVIF picture, which this build cannot decode',
    advice: toJpeg,
    endings: ['.avif'],
    magic: { at: 4, texts: ['ftypavif', 'ftypavis'] },
  },
  {
    title: 'a JPEG XL picture, which cannot be decoded',
    advice: toJpeg,
    endings: ['.jxl'],
    magic: { at: 0, texts: ['\xff\x0a', '\0\0\0\x0cJXL '] },
  },
  {
    title: 'a BMP picture, which cannot be decoded',
    advice: toJpeg,
    endings: ['.bmp'],
    magic: { at: 0, texts: ['BM'] },
  },
  {
    title: 'a camera’s raw file',
    advice: 'Develop it, and save it as JPEG or 16-bit TIFF.',
    endings: ['.dng', '.cr2', '.cr3', '.nef', '.arw', '.raf', '.orf', '.rw2'],
  },
  {
    title: 'an OpenEXR file, which can be a depth map and no picture',
    advice: 'Save the picture as JPEG or PNG.',
    endings: ['.exr'],
    magic: { at: 0, texts: ['\x76\x2f\x31\x01'] },
  },
  {
    title: 'a .npz archive of NumPy arrays',
    advice: "Save one array as .npy: np.save('depth.npy', np.load('file.npz')['name'].astype(np.float32))",
    endings: ['.npz'],
  },
  {
    title: 'a NumPy array, which can be a depth map and no picture',
    advice: 'Save the picture as JPEG or PNG.',
    endings: ['.npy'],
    magic: { at: 0, texts: ['\x93NUMPY'] },
  },
  { title: 'a ZIP archive', advice: 'Unpack it first.', endings: ['.zip'], magic: { at: 0, texts: ['PK\x03\x04'] } },
  {
    title: 'a PDF document',
    advice: 'Save the picture in it as JPEG or PNG.',
    endings: ['.pdf'],
    magic: { at: 0, texts: ['%PDF'] },
  },
  {
    title: 'a video',
    advice: 'Save one picture of it as JPEG or PNG: ffmpeg -i video -frames:v 1 photo.png',
    endings: ['.mp4', '.mov', '.mkv', '.webm', '.avi'],
    magic: { at: 4, texts: ['ftypisom', 'ftypmp42', 'ftypqt  ', 'ftypM4V '] },
  },
  {
    title: 'text and not a picture',
    advice: 'Give the picture itself: a JPEG, PNG or WebP file.',
    endings: ['.txt', '.json', '.html', '.csv', '.md', '.xml'],
    magic: { at: 0, texts: ['<!DOCTYPE', '<!doctype', '<html', '{'] },
  },
];

/** The kind of a file that is not a picture which can be decoded; undefined if its kind is unknown. @param ending such as `.heic`; may be empty */
export function kindOf(bytes: Uint8Array, ending: string): FileKind | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 32));
  const byBytes = KINDS.find(({ magic }) => magic?.texts.some((text) => start.startsWith(text, magic.at)));
  // An archive of arrays is a ZIP file, so the ending says more than the bytes.
  const byEnding = KINDS.find(({ endings }) => endings.includes(ending));
  if (byBytes?.title === 'a ZIP archive') return byEnding ?? byBytes;
  return byBytes ?? (isKnownPicture(start) ? undefined : byEnding);
}

/** A damaged JPEG is a damaged JPEG, whatever its name says. */
const isKnownPicture = (start: string): boolean =>
  ['\xff\xd8\xff', '\x89PNG', 'RIFF', 'GIF8'].some((magic) => start.startsWith(magic));
