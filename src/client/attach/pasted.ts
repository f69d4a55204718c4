/** Interprets a paste: word processors add a picture of their text, and file managers the name of their file. */

/** A DataTransfer, as far as it is looked at. */
type Clipboard = { types: readonly string[]; files: Iterable<File>; getData(type: string): string };

/** Whether a line is the name, the path or the address of a file. */
function names(line: string, file: string): boolean {
  try {
    const path = line.startsWith('file:') ? decodeURIComponent(line) : line;
    return path === file || path.endsWith(`/${file}`) || path.endsWith(`\\${file}`);
  } catch {
    return false;
  }
}

/** The files that are pasted, or none where text is. */
export function pastedFiles(clipboard: Clipboard): File[] {
  const files = [...clipboard.files];
  if (!clipboard.types.includes('text/plain')) return files;
  const lines = clipboard
    .getData('text/plain')
    .split(/\r?\n/)
    // Nautilus says first what is to be done with them.
    .filter((line) => line && !/^(copy|cut|x-special\/)/.test(line));
  const areNames = lines.every((line) => files.some(({ name }) => names(line, name)));
  return areNames ? files : [];
}
