/** Limits for PyTorch files. Released checkpoints stay far below them. A file above a limit is damaged, or made to exhaust
 *  the reader. */

/** Maximum sizes and counts. */
export const limits = {
  /** Entries of a zip archive. */
  zipEntries: 100_000,
  /** Bytes of the directory of a zip archive. */
  zipDirectoryBytes: 32 * 2 ** 20,
  /** Bytes of the pickle that describes the tensors. */
  pickleBytes: 64 * 2 ** 20,
  /** Objects that one pickle creates. */
  pickleValues: 1_000_000,
  /** Nesting of lists, dictionaries and tuples in a pickle. */
  pickleDepth: 1000,
  /** Bytes of one integer. */
  integerBytes: 256,
  /** Nesting of dictionaries. */
  dictDepth: 32,
  /** Dictionary entries visited in search of tensors. An entry counts once for each path to it. */
  dictEntries: 200_000,
  /** Tensors of one file. */
  tensors: 20_000,
  /** Characters of a tensor's name. */
  nameLength: 1000,
  /** Axes of a tensor. */
  axes: 32,
  /** Bytes from the first to the last element of a tensor that is not contiguous. They are held in memory. */
  stridedBytes: 128 * 2 ** 20,
  /** Ratio of the bytes read or written to the size of the file. It is above 1, because views may share data. */
  growth: 8,
  /** Additional bytes that any file may read or write, however small it is. */
  freeBytes: 64 * 2 ** 20,
} as const;
