/** Photos that are dropped on the page or pasted into it. */

/** Media types that are tried. Browsers that cannot decode one say so. */
const isPicture = ({ type, name }: File): boolean =>
  type.startsWith('image/') || /\.(jpe?g|png|webp|avif|heic)$/i.test(name);

/** @returns what ends the listening */
export function listenForPhotos(target: Document, open: (file: File) => void): () => void {
  const take = (files: readonly File[]): boolean => {
    const file = files.find(isPicture);
    if (file) open(file);
    return file !== undefined;
  };
  const over = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    target.documentElement.classList.add('dropping');
  };
  const end = (): void => target.documentElement.classList.remove('dropping');
  const leave = (event: DragEvent): void => {
    if (!event.relatedTarget) end();
  };
  const drop = (event: DragEvent): void => {
    end();
    if (!event.dataTransfer?.types.includes('Files') || event.defaultPrevented) return;
    event.preventDefault();
    const files = [...event.dataTransfer.files];
    // A file that is no picture is opened all the same: the error says what can be.
    if (!take(files) && files.length > 0) open(files[0]);
  };
  const paste = (event: ClipboardEvent): void => {
    if (take([...(event.clipboardData?.files ?? [])])) event.preventDefault();
  };
  target.addEventListener('dragover', over);
  target.addEventListener('dragleave', leave);
  target.addEventListener('drop', drop);
  target.addEventListener('paste', paste);
  return () => {
    target.removeEventListener('dragover', over);
    target.removeEventListener('dragleave', leave);
    target.removeEventListener('drop', drop);
    target.removeEventListener('paste', paste);
  };
}
