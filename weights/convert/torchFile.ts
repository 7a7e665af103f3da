/** What is common to torch's file formats: one object, and the bytes of the storages that it names. */
import type { PickleValue, Storage } from './pickleValues.ts';
import type { StoredBytes } from './tensorBytes.ts';

export interface TorchFile {
  readonly root: PickleValue;
  /** Where a storage's bytes are. @throws WeightsError when the file has none
   *  @param tensor the tensor that needs it */
  storedBytes(storage: Storage, tensor: string): Promise<StoredBytes>;
}
