/** Tensors to be written to a file of any format. */
import { type Dtype, type TensorValues, elementBytes, elementCount, encode, showShape } from './dtype.ts';
import { WeightsError } from './errors.ts';

/** A tensor to write. `data` holds its values (as `decode` gives them for `dtype`), or yields its bytes when they are
 *  written. */
export interface TensorToWrite {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: TensorValues | (() => AsyncIterable<Uint8Array> | Iterable<Uint8Array>);
}

/** The number of bytes of a tensor. */
export const byteLength = ({ dtype, shape }: TensorToWrite): number => elementCount(shape) * elementBytes[dtype];

/** Yields the bytes of a tensor in chunks. @throws WeightsError if the data do not fill the shape */
export async function* dataChunks(tensor: TensorToWrite, file: string): AsyncGenerator<Uint8Array> {
  const { name, dtype, shape, data } = tensor;
  const wanted = byteLength(tensor);
  const fail = (found: string): never => {
    const advice = 'This is a bug of the calling program: data, shape and dtype of the tensor disagree.';
    const expected = `${wanted} bytes for ${dtype} ${showShape(shape)}`;
    throw new WeightsError({ file, tensor: name, expected, found, advice });
  };
  let written = 0;
  for await (const chunk of typeof data === 'function' ? data() : [encode(dtype, data)]) {
    if (chunk === undefined) return fail(`values in a ${data.constructor.name}`);
    written += chunk.byteLength;
    if (written > wanted) fail(`at least ${written}`);
    yield chunk;
  }
  if (written < wanted) fail(`${written}`);
}
