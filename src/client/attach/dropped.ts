/** Which of the dropped things can be sent. */
export interface Dropped {
  files: File[];
  /** A folder comes as a file without bytes, which fails only when it is sent. */
  hasFolder: boolean;
}

export function sortDropped(transfer: DataTransfer): Dropped {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  // Prefixed or not, this is what every browser has (W3C File and Directory Entries API, §5).
  const whole = items.filter((item) => !item.webkitGetAsEntry()?.isDirectory);
  return {
    files: whole.map((item) => item.getAsFile()).filter((file) => file !== null),
    hasFolder: whole.length < items.length,
  };
}
