/** Puts a text where the next "paste" takes it from. */

/** The way before the Clipboard API, which browsers keep to secure addresses. */
function copySelected(text: string): boolean {
  const box = Object.assign(document.createElement('textarea'), { value: text, readOnly: true });
  // In the window, so that selecting it scrolls nothing.
  box.style.position = 'fixed';
  box.style.insetBlockStart = '0';
  const focused = document.activeElement;
  document.body.append(box);
  box.select();
  const copied = document.execCommand('copy');
  box.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  return copied;
}

/** To be called by a press: browsers allow it to nobody else. @returns whether it was copied */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}
