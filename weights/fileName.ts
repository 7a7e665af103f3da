/** Which kind of weights a file holds, by the ending of its name, in upper or lower case. */

const SAFETENSORS = /\.safetensors$/i;
// `.bin` is Hugging Face's name for PyTorch's files, `.ckpt` that of training programs.
const TORCH = /\.(pth?|bin|ckpt)$/i;

/** The endings that are read, in words. */
export const WEIGHT_ENDINGS = '.safetensors, .pth, .pt, .bin or .ckpt';

export const isSafetensors = (name: string): boolean => SAFETENSORS.test(name);

/** Whether the name is that of a PyTorch file. */
export const isTorch = (name: string): boolean => TORCH.test(name);

/** A name or path without the ending of weights. */
export const stemOf = (name: string): string => name.replace(SAFETENSORS, '').replace(TORCH, '');
