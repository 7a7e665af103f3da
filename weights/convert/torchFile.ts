/** The common interface of PyTorch's file formats: one object, and the bytes of its storages. */
import type { PickleValue, Storage } from './pickleValues.ts';
import type { StoredBytes } from './tensorBytes.ts';

export interface TorchFile {
  /** The pickled object. */
  readonly root: PickleValue;
  /** Finds the bytes of a storage. @throws WeightsError if the file has none
   *  @param tensor name of the tensor, for messages */
  storedBytes(storage: Storage, tensor: string): Promise<StoredBytes>;
}
