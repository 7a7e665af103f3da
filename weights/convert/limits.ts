/** Bounds on what a torch file may ask for. Released checkpoints stay far below; a file beyond one of them
 *  is damaged or made to exhaust the reader. */
export const limits = {
  /** Entries of a zip archive. */
  zipEntries: 100_000,
  /** Bytes of a zip archive's directory. */
  zipDirectoryBytes: 32 * 2 ** 20,
  /** Bytes of the pickle that describes the tensors. */
  pickleBytes: 64 * 2 ** 20,
  /** Objects that one pickle makes. */
  pickleValues: 1_000_000,
  /** Lists, dictionaries and tuples open at once while a pickle is read. */
  pickleDepth: 1000,
  /** Bytes of one integer. */
  integerBytes: 256,
  /** Dictionaries inside dictionaries. */
  dictDepth: 32,
  /** Dictionary entries looked at in search of tensors; counts an entry once for each way to it. */
  dictEntries: 200_000,
  /** Tensors of one file. */
  tensors: 20_000,
  /** Characters of a tensor's name. */
  nameLength: 1000,
  /** Axes of a tensor. */
  axes: 32,
  /** Bytes between the first and the last element of a tensor whose elements do not follow each other: held in memory. */
  stridedBytes: 128 * 2 ** 20,
  /** Bytes read and bytes written may be this many times the file: views may share data, but not without end. */
  growth: 8,
  /** Bytes that any file may read and write, however small it is. */
  freeBytes: 64 * 2 ** 20,
} as const;
